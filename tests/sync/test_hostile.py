"""What a broken or hostile client sends: the expected answer for each, and nothing lost."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from geotags.envelope import MOST_ITEMS, EnvelopeRefused, open_envelope
from geotags.items import Item, Refused, read_item
from geotags.reasons import REASONS
from tests.sync.conftest import Device, Service, item

PLAIN = item()


def _with(**changed: Any) -> str:
    return json.dumps({name: value for name, value in (PLAIN | changed).items() if value is not ...})


def _raw(name: str, literal: str) -> str:
    """The plain item with a member written as it stands here."""
    return _with(**{name: "@@"}).replace('"@@"', literal)


# What is said of it, and what was sent. Each is set aside, word for word.
SET_ASIDE: list[tuple[str, str]] = [
    ("not_json", ""),
    ("not_json", "nonsense"),
    ("not_json", "{"[:0] + "'single'"),
    ("not_json", '{"item_id": }'),
    ("not_json", '{"item_id" "x"}'),
    ("not_json", _with()[:-1] + ",}"),
    ("not_json", "{" + '"a":' * 3 + "1}"),
    ("not_json", _raw("lon", "01")),
    ("not_json", _raw("lon", "+1")),
    ("not_json", _raw("lon", "1.")),
    ("not_json", _raw("lon", ".5")),
    ("not_json", _raw("lon", "0x1F")),
    ("not_json", _raw("lon", "1_06.84")),
    ("not_json", _raw("lon", "١٠٦")),
    ("not_json", _raw("lon", "True")),
    ("not_json", _raw("household_key", '"line\nbreak"')),
    ("not_json", _raw("household_key", '"a\\x41"')),
    ("not_json", "[" * 5000 + "]" * 5000),
    ("no_object", "null"),
    ("no_object", "true"),
    ("no_object", "7"),
    ("no_object", '"text"'),
    ("no_object", "[]"),
    ("no_object", "[{}]"),
    ("number_not_finite", _raw("lon", "NaN")),
    ("number_not_finite", _raw("lat", "Infinity")),
    ("number_not_finite", _raw("accuracy_m", "-Infinity")),
    ("number_not_finite", _raw("lon", "1e999")),
    ("number_not_finite", _raw("altitude_m", "-1e400")),
    ("number_too_long", _raw("revision", "9" * 21)),
    ("number_too_long", _raw("lon", "1" + "0" * 400)),
    ("number_too_long", _raw("lon", "1" + "0" * 5000)),
    ("not_utf8", _raw("household_key", r'"\ud800"')),
    ("not_utf8", _raw("household_key", r'"\udfff\ud800"')),
    ("not_utf8", _raw("building_no", r'"a\udc00b"')),
    ("doubled_field", _with()[:-1] + ', "lon": 7.0}'),
    ("doubled_field", _with()[:-1] + ', "item_id": "x"}'),
    ("doubled_field", _raw("muatan", '{"kk": 1, "kk": 2}')),
    ("doubled_field", _raw("interview_start", '{"lon": 1, "lon": 1, "lat": 2}')),
    ("unknown_field", _with(geom="0101000000")),
    ("unknown_field", _with(wkb="\x01\x01")),
    ("unknown_field", _with(longitude=1.0)),
    ("unknown_field", _with(**{"__proto__": {}})),
    ("unknown_field", _with(**{"'; DROP TABLE geotags; --": 1})),
    ("unknown_field", _with(key_id=1)),
    ("unknown_field", _with(verdict="accepted")),
    ("unknown_field", _with(interview_start={"lon": 1.0, "lat": 2.0, "z": 3})),
    ("unknown_field", _with(muatan={"anak": 2})),
    ("unknown_field", _with(photos=[{"sha256": "ab" * 32, "bytes": "..."}])),
    ("field_missing", "{}"),
    ("field_missing", _with(item_id=...)),
    ("field_missing", _with(item_id=None)),
    ("field_missing", _with(revision=...)),
    ("field_missing", _with(household_key=...)),
    ("field_missing", _with(assigned_area=None)),
    ("field_missing", _with(captured_at=...)),
    ("field_missing", _with(enumerator_id=...)),
    ("field_missing", _with(interview_start={"lon": 115.4})),
    ("field_missing", _with(photos=[{"lon": 115.4}])),
    ("no_uuid", _with(item_id="")),
    ("no_uuid", _with(item_id="7")),
    ("no_uuid", _with(item_id=7)),
    ("no_uuid", _with(item_id="{0b8f1c9e-6a51-4d3c-9f0e-3f1f3f4b7a10}")),
    ("no_uuid", _with(item_id="0b8f1c9e6a514d3c9f0e3f1f3f4b7a10")),
    ("no_uuid", _with(item_id="urn:uuid:0b8f1c9e-6a51-4d3c-9f0e-3f1f3f4b7a10")),
    ("no_uuid", _with(item_id=["0b8f1c9e-6a51-4d3c-9f0e-3f1f3f4b7a10"])),
    ("no_uuid", _with(item_id="0b8f1c9e-6a51-4d3c-9f0e-3f1f3f4b7a1o")),
    ("no_revision", _with(revision=-1)),
    ("no_revision", _with(revision=2**31)),
    ("no_revision", _with(revision=1.0)),
    ("no_revision", _with(revision="1")),
    ("no_revision", _with(revision=True)),
    ("no_revision", _with(revision=[1])),
    ("no_text", _with(household_key=7)),
    ("no_text", _with(household_key=["H"])),
    ("no_text", _with(household_key={"$ne": None})),
    ("no_text", _raw("assigned_area", "9471010001000101")),
    ("no_text", _raw("assigned_area", "1.61005E+13")),
    ("no_text", _with(assigned_area=5105010001000100)),
    ("no_text", _with(enumerator_id=3)),
    ("no_text", _with(lon_text=115.4)),
    ("no_text", _with(provider=False)),
    ("text_too_long", _with(household_key="x" * 256)),
    ("text_too_long", _with(assigned_area="5" * 10_000)),
    ("text_too_long", _with(lon_text="1" * 256)),
    ("text_too_long", _with(refusal_reason="x" * 2001)),
    ("zero_character", _with(household_key="a\x00b")),
    ("zero_character", _with(assigned_area="5105\x00")),
    ("zero_character", _with(refusal_reason="\x00")),
    ("no_number", _with(lon="115.4")),
    ("no_number", _with(lat="8°41'")),
    ("no_number", _with(lon=True)),
    ("no_number", _with(lon=[115.4])),
    ("no_number", _with(lon={"type": "Point", "coordinates": [1, 2]})),
    ("no_number", _with(accuracy_m="5 m")),
    ("no_number", _with(interview_start={"lon": "115", "lat": 1.0})),
    ("no_flag", _with(mock="false")),
    ("no_flag", _with(mock=0)),
    ("no_instant", _with(captured_at="2025-10-20T09:15:00")),
    ("no_instant", _with(captured_at="2025-10-20")),
    ("no_instant", _with(captured_at="20 Oktober 2025")),
    ("no_instant", _with(captured_at=1760922900)),
    ("no_instant", _with(captured_at="2025-02-30T09:15:00+08:00")),
    ("no_instant", _with(captured_at="2025-10-20T25:15:00+08:00")),
    ("no_instant", _with(captured_at="2025-10-20T09:15:00+08")),
    ("no_instant", _with(captured_at="٢٠٢٥-10-20T09:15:00Z")),
    ("no_instant", _with(fix_at="yesterday")),
    ("no_local_time", _with(photos=[{"sha256": "ab" * 32, "taken_at": "2025:10:20 09:15:00"}])),
    ("no_sha256", _with(photos=[{"sha256": "zz" * 32}])),
    ("no_sha256", _with(photos=[{"sha256": "ab"}])),
    ("no_list", _with(photos={"sha256": "ab" * 32})),
    ("too_many", _with(photos=[{"sha256": "ab" * 32}] * 21)),
    ("no_object", _with(photos=["ab" * 32])),
    ("no_object", _with(interview_start=[115.4, -8.6])),
    ("no_object", _with(muatan=3)),
    ("no_count", _with(muatan={"kk": -1})),
    ("no_count", _with(muatan={"kk": 1.5})),
    ("no_count", _with(muatan={"kk": 10**7})),
    ("no_count", _with(muatan={"kk": "1"})),
    ("text_differs", _with(lon=115.4031, lon_text="115.5031")),
    ("text_differs", _with(lat_text="8.6958")),
    ("area_not_of_key", _with(assigned_area="")),
    ("area_not_of_key", _with(assigned_area="5106010001000100")),
    ("area_not_of_key", _with(assigned_area="510")),
    ("area_not_of_key", _with(assigned_area=" 5105010001000100")),
]  # fmt: skip

# Stored, because what is wrong is the household's matter: what the checks say of it.
FOUND: list[tuple[set[str], dict[str, Any]]] = [
    ({"COORDINATE_MISSING"}, {"lon": None, "lat": None}),
    ({"COORDINATE_MISSING"}, {"lon": None}),
    ({"COORDINATE_OUT_OF_RANGE"}, {"lon": 1e300}),
    ({"COORDINATE_OUT_OF_RANGE"}, {"lat": -123456789.5}),
    ({"ZERO_COORDINATE"}, {"lon": 0, "lat": 0}),
    ({"ZERO_COORDINATE"}, {"lon": -0.0, "lat": 0.0}),
    ({"COORDINATE_SENTINEL"}, {"lon": -9999, "lat": -9999}),
    ({"COORDINATE_INVALID"}, {"lon": None, "lon_text": "1_15.40", "lat": None, "lat_text": "-8.69"}),
    ({"COORDINATE_INVALID"}, {"lon": None, "lon_text": "١١٥.٤٠", "lat": None, "lat_text": "-8.69"}),
    ({"COORDINATE_INVALID"}, {"lon": None, "lon_text": "nan", "lat": None, "lat_text": "-8.69"}),
    ({"CLOCK_SKEW"}, {"captured_at": "2099-01-01T00:00:00Z"}),
    ({"AREA_UNKNOWN"}, {"assigned_area": "5105999999999999"}),
    ({"AREA_UNKNOWN"}, {"assigned_area": "5105'; DROP TABLE geotags"}),
    ({"ACCURACY_ZERO"}, {"accuracy_m": 0}),
    ({"ACCURACY_MISSING"}, {"accuracy_m": -5}),
    ({"ACCURACY_POOR"}, {"accuracy_m": 1e30}),
    ({"MOCK_LOCATION"}, {"mock": True}),
]


def test_there_are_a_hundred_and_every_reason_is_among_them() -> None:
    assert len(SET_ASIDE) + len(FOUND) >= 100
    elsewhere = {"item_of_another_key", "other_body", "erased"}
    assert {reason for reason, _ in SET_ASIDE} == set(REASONS) - elsewhere


@pytest.mark.parametrize(("reason", "body"), SET_ASIDE)
def test_each_is_told_apart(reason: str, body: str) -> None:
    found = read_item(body.encode())
    if reason == "area_not_of_key":
        assert isinstance(found, Item)
        return
    assert isinstance(found, Refused), found
    assert found.reason == reason and found.body == body.encode()
    for text in (REASONS[reason].en, REASONS[reason].id):
        assert text.endswith(".")


def test_all_together_and_nothing_is_lost(service_world: Service, device: Device) -> None:
    """In one batch with good ones between: each is answered, the good are stored, the bytes are kept."""
    bodies = [body for _, body in SET_ASIDE if body != ""]  # nothing between two commas: the first test
    mixed: list[str] = []
    for body in bodies:
        mixed += [body, json.dumps(item())]
    for start in range(0, len(mixed), 100):
        part = mixed[start : start + 100]
        results = device.send(*part)
        wanted = [reason for reason, body in SET_ASIDE if body != ""][start // 2 : start // 2 + 50]
        assert [one["reason"] for one in results[::2]] == wanted
        assert {one["outcome"] for one in results[::2]} == {"quarantined"}
        assert {one["outcome"] for one in results[1::2]} == {"stored"}
        assert all(one["message"] for one in results[::2])
    kept = {bytes(row.body).decode() for row in service_world.query("SELECT body FROM quarantine")}
    assert kept == {body.strip() for body in bodies}
    assert service_world.query("SELECT count(*) FROM geotags")[0][0] == len(bodies)


@pytest.mark.parametrize(("codes", "changed"), FOUND)
def test_a_bad_coordinate_is_stored_and_said(
    device: Device, codes: set[str], changed: dict[str, Any]
) -> None:
    (result,) = device.send(json.loads(_with(**changed)))
    assert result["outcome"] == "stored", result
    assert codes <= {finding["code"] for finding in result["findings"]}
    assert "DROP" not in json.dumps([one["message"] for one in result["findings"]]) or codes == {
        "AREA_UNKNOWN"
    }


def test_bytes_that_are_no_utf8_spoil_one_item_only(service_world: Service, device: Device) -> None:
    good = json.dumps(item()).encode()
    bad = b'{"item_id": "\xff\xfe", "note": "\xc3"}'
    body = b'{"campaign": "%s", "items": [%s, %s]}' % (device.campaign.encode(), bad, good)
    first, second = device.post(body).json()["results"]
    assert (first["outcome"], first["reason"]) == ("quarantined", "not_utf8")
    assert second["outcome"] == "stored"
    assert bytes(service_world.query("SELECT body FROM quarantine")[0][0]) == bad


ENVELOPES = [
    b"", b"null", b"[]", b"7", b'"x"', b"{", b"{}", b'{"campaign": "c"}', b'{"items": []}',
    b'{"campaign": "c", "items": []}', b'{"campaign": "c", "items": {}}', b'{"campaign": "c", "items": "x"}',
    b'{"campaign": 7, "items": [{}]}', b'{"campaign": "", "items": [{}]}',
    b'{"campaign": "a\\u0000b", "items": [{}]}', b'{"campaign": null, "items": [{}]}',
    b'{"campaign": "c", "items": [{}], "extra": 1}', b'{"campaign": "c", "items": [{}]',
    b'{"campaign": "c", "items": [{}}', b'{"campaign": "c", "items": [{]}',
    b'{"campaign": "c", "items": [{}]} x',
    b'{"campaign": "c", "items": [{"a": "unfinished}]}', b'{"campaign": "c", "campaign": "d", "items": [{}]}',
    b'{"campaign": "c", "items": [1], "items": [2]}', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00",
    b'{"campaign": "c", "items": [' + b",".join([b"{}"] * (MOST_ITEMS + 1)) + b"]}",
    b"[" * 100_000, b'{"a":' * 50_000, b'{"campaign": "' + b"x" * 300 + b'", "items": [{}]}',
]  # fmt: skip


@pytest.mark.parametrize("body", ENVELOPES, ids=lambda body: body[:30].decode("latin-1"))
def test_an_envelope_that_is_none_is_refused_whole(
    service_world: Service, device: Device, body: bytes
) -> None:
    with pytest.raises(EnvelopeRefused):
        open_envelope(body)
    answer = device.post(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "ENVELOPE_REFUSED")
    assert service_world.query("SELECT count(*) FROM quarantine")[0][0] == 0


def test_items_are_cut_where_they_end() -> None:
    parts = ['{"a": "]}[{,\\""}', "[1, [2, {}], 3]", '"x, y"', "7", "{ }"]
    found = open_envelope(f' {{ "items" : [ {" , ".join(parts)} ] , "campaign":"k" }} '.encode())
    assert found.campaign == "k" and [one.decode() for one in found.items] == parts
    assert open_envelope(b'{"campaign":"k","items":[,]}').items == [b"", b""]


def test_headers_and_sizes(device: Device) -> None:
    body = device.envelope([item()]).encode()
    cases = [
        (body, {"Content-Type": "text/plain"}, 415, "CONTENT_TYPE_REFUSED"),
        (body, {"Content-Type": "application/x-www-form-urlencoded"}, 415, "CONTENT_TYPE_REFUSED"),
        (body, {"Content-Encoding": "br"}, 415, "ENCODING_REFUSED"),
        (body, {"Content-Encoding": "gzip"}, 415, "ENCODING_REFUSED"),
        (body, {"Content-Encoding": "zstd"}, 415, "ENCODING_REFUSED"),
        (gzip.compress(body)[:-4], {"Content-Encoding": "gzip"}, 415, "ENCODING_REFUSED"),
        (gzip.compress(body) + b"more", {"Content-Encoding": "gzip"}, 415, "ENCODING_REFUSED"),
        (b" " * (5 * 2**20), {}, 413, "BODY_TOO_LARGE"),
        (gzip.compress(b" " * 10**8), {"Content-Encoding": "gzip"}, 413, "BODY_TOO_LARGE"),
        (body, {"Idempotency-Key": "x" * 201}, 422, "PARAMETER_REFUSED"),
        (body, {"Idempotency-Key": "a b"}, 422, "PARAMETER_REFUSED"),
        (body.replace(device.campaign.encode(), b"nobody"), {}, 404, "NOT_FOUND"),
    ]
    for content, headers, status, code in cases:
        answer = device.post(content, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), headers
    assert device.post(body, address="/v1/geotags?mode=wet").json()["code"] == "PARAMETER_REFUSED"


def test_a_bomb_of_zstd_is_not_unpacked(device: Device) -> None:
    from api.bodies import zstd

    answer = device.post(zstd.compress(b" " * 10**8), **{"Content-Encoding": "zstd"})
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
