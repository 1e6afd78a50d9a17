"""The app's settings, as template.yaml's variables give them."""

from connect_jira.settings import AppSettings


def test_further_base_urls_are_listed_one_by_one(environment: dict[str, str]) -> None:
    several = environment | {"FURTHER_BASE_URLS": "https://old.example.com/, https://other.example.com/x"}
    app = AppSettings.from_env(several)
    assert app.further_base_urls == ("https://old.example.com", "https://other.example.com/x")
    assert app.base_urls == (environment["BASE_URL"], *app.further_base_urls)


def test_without_any_only_the_apps_own_is_there(environment: dict[str, str]) -> None:
    assert AppSettings.from_env(environment).base_urls == (environment["BASE_URL"],)
    assert AppSettings.from_env(environment | {"BASE_URL": ""}).base_urls == ()
