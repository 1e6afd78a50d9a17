"""The site as the app's functions have it, for a test: what they keep, and their Jira client."""

import uuid
from collections.abc import Mapping

from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Enqueuing, Site
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.composition import Composition, site_storage
from connect_jira.installations.activity import Activity
from connect_jira.lambda_context import Invocation
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.identity import ClientKey


def site_of(
    env: Mapping[str, str], client_key: ClientKey, reactions: Reactions, invocation: Invocation
) -> Site:
    """Return the site.

    Args:
        env: environment variables of `functions/jira_calls`
        client_key: the site
        reactions: of the app, for `enqueue`
        invocation: Lambda's context
    """
    composition = Composition.from_env(env)
    activity = Activity.from_env(env, composition.aws)
    clients = JiraClients(composition.app, composition.credentials, activity)
    queue = JiraCallsQueue.from_env(env, composition.aws)
    return Site(
        client_key,
        clients.on(client_key, invocation),
        site_storage(env, composition).of(client_key),
        Enqueuing(name_of=reactions.name_of, send=queue.send, cause=f"test {uuid.uuid4()}", depth=0),
    )
