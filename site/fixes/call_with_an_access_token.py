def by_forge(api_base_url: str, system_token: str, path: str) -> tuple[str, dict[str, str]]:
    """URL and header of a call as the app, under Forge.

    Args:
        api_base_url: `app.apiBaseUrl` of the verified invocation token
        system_token: the header `x-forge-oauth-system` that came with it
        path: such as `/rest/api/3/myself`
    """
    return f"{api_base_url}{path}", {"Authorization": f"Bearer {system_token}"}


def by_user(base_url: str, access_token: str, path: str) -> tuple[str, dict[str, str]]:
    """URL and header of a call as a user, who has given a Connect app the token: to the site itself."""
    return f"{base_url}{path}", {"Authorization": f"Bearer {access_token}"}
