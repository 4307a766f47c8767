"""Checks literal values (lengths, patterns, enumerations, ranges) against what two sources know about AWS.

One is botocore's models of AWS's APIs, the other are CloudFormation's resource schemas in cfn-lint. Neither is made for
Terraform, and each is wrong at times: what one of them refuses is a warning, what both refuse an error. Some facts that neither
holds are in ``documented``.
"""
