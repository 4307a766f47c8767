import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from harness.emulated_aws.services import install
from tests.harness.emulated_aws.clients import client


@pytest.mark.parametrize("given", [{}, {"scanOnPush": False}])
def test_scanning_can_be_turned_off(given: dict[str, bool]) -> None:
    install()
    with mock_aws():
        ecr = client("ecr")
        ecr.create_repository(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})

        ecr.put_image_scanning_configuration(repositoryName="shop", imageScanningConfiguration=given)

        (repository,) = ecr.describe_repositories()["repositories"]
        assert repository["imageScanningConfiguration"] == {"scanOnPush": False}


def test_a_repository_that_there_is_not_is_refused() -> None:
    install()
    with mock_aws(), pytest.raises(ClientError, match="RepositoryNotFoundException"):
        client("ecr").put_image_scanning_configuration(repositoryName="none", imageScanningConfiguration={})
