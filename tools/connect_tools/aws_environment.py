"""Environment that keeps AWS clients away from real accounts: fake credentials, no profile, no metadata."""

import os

from connect_tools.template import REGION

NOBODYS = {
    "AWS_ACCESS_KEY_ID": "laptop",
    "AWS_SECRET_ACCESS_KEY": "laptop",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def forget_real_aws() -> None:
    """Take the user's profile, credentials and region out of this process: they are for real accounts.

    `AWS_SDK` is not AWS's: it says by which client the functions speak to the laptop's services.
    """
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_SDK"]:
        del os.environ[name]
    os.environ.update(NOBODYS)
