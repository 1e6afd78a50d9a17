"""Deletion of what was kept for sites that have gone, every night."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.aws.service import Aws
from connect_jira.data.retention import SiteDataRetention

logger = Logger()
_aws = Aws(os.environ)
_retention = SiteDataRetention(
    _aws.service("dynamodb"),
    table=os.environ["SITE_DATA_TABLE"],
    installations=os.environ["INSTALLATIONS_TABLE"],
)

_RESERVED_MILLISECONDS = 30_000


@logger.inject_lambda_context(clear_state=True)
def handler(_event: dict[str, Any], context: LambdaContext) -> None:
    """Go through all sites; the next night continues where the time was up."""
    _aws.begin(context)
    swept = _retention.sweep(lambda: context.get_remaining_time_in_millis() > _RESERVED_MILLISECONDS)
    logger.info("Sites looked at", sites=swept.sites, deleted=swept.deleted, complete=swept.is_complete)
