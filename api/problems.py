"""Every error as an RFC 9457 problem: a stable code, and a sentence in the language that was asked for.

A problem never repeats what the client sent: it may hold a coordinate or a name.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.languages import request_language
from geo.errors import InputError, NotFound, PatokError
from geo.text import Language, Text

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ParameterRefused(InputError):
    """A parameter of the request is not what it may be. ``parameter`` is its name."""

    code = "PARAMETER_REFUSED"
    text = Text(
        en="The parameter {parameter} is not accepted. Give {wanted}.",
        id="Parameter {parameter} tidak diterima. Berikan {wanted}.",
    )


class HostRefused(InputError):
    """The Host header names another server: a web page elsewhere may be using the browser to get in."""

    code = "HOST_REFUSED"
    http_status = 421
    text = Text(
        en="This server does not answer under the name in the Host header. "
        "Use the address that it printed at its start, or name it in PATOK_ALLOWED_HOSTS.",
        id="Server ini tidak melayani nama pada header Host. "
        "Gunakan alamat yang ditampilkan saat server dimulai, atau sebutkan di PATOK_ALLOWED_HOSTS.",
    )


class TokenRefused(InputError):
    """No access token, or another one."""

    code = "TOKEN_REFUSED"
    http_status = 401
    text = Text(
        en="An access key is needed that has not ended. Send it as: Authorization: Bearer KEY.",
        id="Diperlukan kunci akses yang masih berlaku. Kirim sebagai: Authorization: Bearer KUNCI.",
    )


class CodeRefused(InputError):
    """The code of a sign-in link that was used, or is of an earlier start of the server."""

    code = "CODE_REFUSED"
    http_status = 401
    text = Text(
        en="This sign-in link was used before, or the server was started anew. Start the server again and "
        "open the link that it prints, or make a key: patok key create.",
        id="Tautan masuk ini sudah dipakai, atau server dimulai ulang. Mulai ulang server lalu buka tautan "
        "yang ditampilkannya, atau buat kunci: patok key create.",
    )


class RoleRefused(InputError):
    """The key is for something else."""

    code = "ROLE_REFUSED"
    http_status = 403
    text = Text(
        en="A key of role {role} does not open this. Ask your administrator for another one.",
        id="Kunci dengan peran {role} tidak membuka bagian ini. Minta kunci lain kepada administrator.",
    )


class TileOutOfRange(NotFound):
    """No such tile: beyond the zooms of the layer or the edge of the world."""

    code = "TILE_OUT_OF_RANGE"
    text = Text(
        en="There is no such tile: the layer has zooms {lowest} to {highest}. Its TileJSON says the same.",
        id="Tidak ada ubin peta itu: lapisan memiliki zoom {lowest} sampai {highest}. Lihat TileJSON-nya.",
    )


TITLES: dict[int, Text] = {
    401: Text(en="Access key needed", id="Diperlukan kunci akses"),
    403: Text(en="Not for this key", id="Bukan untuk kunci ini"),
    404: Text(en="Not there", id="Tidak ada"),
    405: Text(en="Method not allowed", id="Metode tidak diperbolehkan"),
    413: Text(en="Too large", id="Terlalu besar"),
    415: Text(en="Not of a kind that is read", id="Bukan jenis yang dapat dibaca"),
    409: Text(en="The state does not allow it", id="Keadaan tidak mengizinkannya"),
    421: Text(en="Another server", id="Server lain"),
    422: Text(en="Not accepted", id="Tidak diterima"),
    500: Text(en="Fault in Patok", id="Kesalahan pada Patok"),
    429: Text(en="Come again", id="Coba lagi nanti"),
    503: Text(en="Not ready", id="Belum siap"),
}
RETRY_AFTER_S = 3
"""When to come again where the service cannot answer now; clients add some chance of their own."""
_COME_AGAIN = ("BATCH_IN_FLIGHT",)
_OTHER = Text(en="Request refused", id="Permintaan ditolak")

_NO_ADDRESS = Text(
    en="There is nothing at this address. The addresses are listed at /openapi.json.",
    id="Tidak ada apa-apa di alamat ini. Daftar alamat ada di /openapi.json.",
)
_METHOD = Text(
    en="This address does not answer to this method. See the header Allow.",
    id="Alamat ini tidak melayani metode tersebut. Lihat header Allow.",
)
_FAULT = Text(
    en="Something in Patok went wrong; the server's log says what. Nothing was changed.",
    id="Terjadi kesalahan di dalam Patok; lihat log server. Tidak ada yang diubah.",
)

_WANTED: dict[str, Text] = {
    "missing": Text(en="it: it is required", id="nilainya: parameter ini wajib"),
    "int_parsing": Text(en="a whole number", id="bilangan bulat"),
    "int_type": Text(en="a whole number", id="bilangan bulat"),
    "int_parsing_size": Text(en="a smaller number", id="bilangan yang lebih kecil"),
    "greater_than_equal": Text(en="{ge} or more", id="{ge} atau lebih"),
    "less_than_equal": Text(en="{le} or less", id="{le} atau kurang"),
    "literal_error": Text(en="one of: {expected}", id="salah satu dari: {expected}"),
    "enum": Text(en="one of: {expected}", id="salah satu dari: {expected}"),
    "string_too_long": Text(en="at most {max_length} characters", id="paling banyak {max_length} karakter"),
}
_WANTED_OTHER = Text(
    en="a value as described in /openapi.json", id="nilai seperti dijelaskan di /openapi.json"
)


def problem_body(code: str, status: int, detail: str, language: Language, **more: Any) -> dict[str, Any]:
    """The members of a problem; ``more`` are its extension members."""
    return {
        "type": f"/problems/{code}",
        "title": TITLES.get(status, _OTHER).say(language),
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }


def problem_response(error: PatokError, language: Language) -> JSONResponse:
    """The problem that a Patok error is over HTTP."""
    status = error.http_status
    headers = {"Cache-Control": "no-store", "Content-Language": language}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503) or error.code in _COME_AGAIN:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    body = problem_body(error.code, status, _said_without_input(error, language), language)
    if "parameter" in error.values:
        body["parameters"] = [error.values["parameter"]]
    return JSONResponse(body, status, headers, MEDIA_TYPE)


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[0-9][0-9_]*|[0-9]+(?:\.[0-9]+){2,}")
"""A name, a number, a label like 2025_2 or a dotted code; not a decimal number, a phrase or an address."""


def _said_without_input(error: PatokError, language: Language) -> str:
    """The error's sentence. A refused value and a server's address stay on this side, and so does a
    name that is not written like one: what stands in an address may be a coordinate."""
    hidden = {"value", "url"} & error.values.keys()
    if "name" in error.values and not _NAME.fullmatch(str(error.values["name"])):
        hidden.add("name")
    if not hidden:
        return error.say(language)
    return type(error)(**(error.values | dict.fromkeys(hidden, "..."))).say(language)


def _other_response(status: int, code: str, detail: Text, request: Request, **more: Any) -> JSONResponse:
    language = request_language(request.scope)
    return JSONResponse(
        problem_body(code, status, detail.say(language), language, **more),
        status,
        {"Cache-Control": "no-store", "Content-Language": language},
        MEDIA_TYPE,
    )


async def on_patok_error(request: Request, error: Exception) -> JSONResponse:
    """An error that a person can mend."""
    assert isinstance(error, PatokError)
    request.state.problem = error.code
    if error.http_status >= 500:
        logger.warning("%s", error.code)  # not the address: what stands in it may be a coordinate
    return problem_response(error, request_language(request.scope))


async def on_refused_request(request: Request, error: Exception) -> JSONResponse:
    """Parameters that are not of their type or range: all of them are named, none is repeated."""
    assert isinstance(error, RequestValidationError)
    language = request_language(request.scope)
    request.state.problem = ParameterRefused.code
    names, sentences = [], []
    for fault in error.errors():
        name = str(fault["loc"][-1])
        if name in names:
            continue
        wanted = _WANTED.get(fault["type"], _WANTED_OTHER).fill(**fault.get("ctx", {}))
        names.append(name)
        sentences.append(ParameterRefused(parameter=name, wanted=wanted).say(language))
    body = problem_body(ParameterRefused.code, 422, " ".join(sentences), language, parameters=names)
    return JSONResponse(body, 422, {"Cache-Control": "no-store", "Content-Language": language}, MEDIA_TYPE)


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: an address or a method that is not there."""
    assert isinstance(error, HTTPException)
    code, detail = {404: ("NOT_FOUND", _NO_ADDRESS), 405: ("METHOD_NOT_ALLOWED", _METHOD)}.get(
        error.status_code, ("REQUEST_REFUSED", _OTHER)
    )
    response = _other_response(error.status_code, code, detail, request)
    response.headers.update(error.headers or {})
    return response


async def on_fault(request: Request, error: Exception) -> JSONResponse:
    """A fault of the program: said as such, without its text, which may hold data of households."""
    return _other_response(500, "INTERNAL_ERROR", _FAULT, request)
