"""Checks literal values (lengths, patterns, enumerations, ranges) against what two sources know about AWS.

One is botocore's models of AWS's APIs, the other are CloudFormation's resource schemas in cfn-lint. Neither is made for
Terraform, and each is wrong at times: a value that one of them refuses is a warning, one that both refuse an error. Some
facts that neither holds, such as the length of a load balancer's name, are in ``constraint.DOCUMENTED_LIMITS``.

With botocore 1.44.8 and cfn-lint 1.58.0 these are 520 constraints on 334 attributes of 42 resource types; both
sources know 186 of the attributes. EC2's model has little more than enumerations, so networks are hardly judged.
"""
