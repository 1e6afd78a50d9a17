"""Rows that a table has lost come back from a restored one, and what happened since stays."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connect_cli.errors import CommandError
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.operator_log import entries
from connect_tools.target_stack import Stack
from connect_tools.tenants.restore import restore
from connect_tools.tenants.restoring import Restored, put_back

NOW = time.time()
type Row = dict[str, Any]
type MakeTable = Callable[[list[Row]], str]


def row(client_key: str, secret: bytes = b"sealed", **more: Any) -> Row:
    return {"clientKey": {"S": client_key}, "sealedSecret": {"B": secret}, **more}


@pytest.fixture
def dynamodb(cloud: LaptopCloud) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture
def make_table(dynamodb: Any) -> MakeTable:
    def make(rows: list[Row], key: str = "clientKey") -> str:
        name = f"restored-{uuid.uuid4().hex}"
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        )
        for one in rows:
            dynamodb.put_item(TableName=name, Item=one)
        return name

    return make


def rows(dynamodb: Any, table: str) -> dict[str, Row]:
    return {one["clientKey"]["S"]: one for one in dynamodb.scan(TableName=table)["Items"]}


def test_what_is_lost_comes_back_and_what_is_there_stays(dynamodb: Any, make_table: MakeTable) -> None:
    lost = row("lost", forge={"M": {"token": {"B": b"\x00\xff"}, "since": {"N": "17"}}})
    newer, new = row("newer", b"newer secret"), row("new")
    in_use = make_table([newer, new])
    restored = make_table([lost, row("newer", b"older secret")])

    found = put_back(dynamodb, lost=in_use, restored=restored, now=NOW)

    assert found == Restored(put_back=1, there=1)
    assert rows(dynamodb, in_use) == {"lost": lost, "newer": newer, "new": new}


def test_a_row_whose_time_has_come_stays_away(dynamodb: Any, make_table: MakeTable) -> None:
    in_use = make_table([])
    kept = row("uninstalled", expiresAt={"N": str(int(NOW) + 60)})
    restored = make_table([kept, row("gone", expiresAt={"N": str(int(NOW) - 1)})])

    found = put_back(dynamodb, lost=in_use, restored=restored, now=NOW)

    assert found == Restored(put_back=1, expired=1)
    assert rows(dynamodb, in_use) == {"uninstalled": kept}


def test_it_goes_on_where_it_was_interrupted(dynamodb: Any, make_table: MakeTable) -> None:
    before = [row(f"site-{number}") for number in range(20)]
    in_use, restored = make_table([]), make_table(before)

    class Died(BaseException):
        pass

    def die(_: Restored) -> None:
        raise Died

    with pytest.raises(Died):
        put_back(dynamodb, lost=in_use, restored=restored, now=NOW, tell=die)
    dynamodb.delete_item(TableName=in_use, Key={"clientKey": {"S": "site-7"}})

    assert put_back(dynamodb, lost=in_use, restored=restored, now=NOW) == Restored(put_back=1, there=19)
    assert len(rows(dynamodb, in_use)) == len(before)


def test_the_table_in_use_and_one_of_another_kind_are_refused(dynamodb: Any, make_table: MakeTable) -> None:
    in_use, other = make_table([]), make_table([], key="site")  # type: ignore[call-arg]

    with pytest.raises(CommandError, match="is the table in use"):
        put_back(dynamodb, lost=in_use, restored=in_use, now=NOW)
    with pytest.raises(CommandError, match="its key is another"):
        put_back(dynamodb, lost=in_use, restored=other, now=NOW)
    with pytest.raises(CommandError, match="AWS"):
        put_back(dynamodb, lost=in_use, restored="no-such-table", now=NOW)


def test_the_command_says_how_many_and_writes_down_who(
    stack: Stack, dynamodb: Any, make_table: MakeTable, capsys: pytest.CaptureFixture[str]
) -> None:
    client_key = uuid.uuid4().hex
    restored = make_table([row(client_key)])

    restore(stack, {"Installations": restored}, as_json=True)

    assert json.loads(capsys.readouterr().out) == {"Installations": {"putBack": 1, "there": 0, "expired": 0}}
    restore(stack, {"Installations": restored}, as_json=False)
    assert capsys.readouterr().out == "Installations: 0 rows put back, 1 were there.\n"
    written = [
        entry for entry in entries(stack, hours=1) if entry["about"] == f"Installations from {restored}"
    ]
    assert [entry.get("outcome") for entry in written] == [None, "1 rows put back", None, "0 rows put back"]
    dynamodb.delete_item(TableName=stack.resource("Installations"), Key={"clientKey": {"S": client_key}})
