"""No credential of a request is in what the doctor prints of it, whatever its place."""

import json

import pytest

from connect_doctor.page import answer

LEAKY = {
    "a password in the URL": "curl https://me:hunter2@jira.example.com/rest/api/3/myself",
    "a parameter": "curl 'https://jira.example.com/rest/api/3/myself?access_token=hunter2'",
    "a form": "curl https://auth.example.com/token -d 'client_secret=hunter2&refresh_token=hunter2'",
}


@pytest.mark.parametrize("pasted", LEAKY.values(), ids=LEAKY)
def test_a_credential_is_not_printed(pasted: str) -> None:
    assert "hunter2" not in answer(json.dumps({"pasted": pasted}))
