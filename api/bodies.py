"""The body of a request: counted while it comes, and again while it is inflated."""

from __future__ import annotations

import sys
import zlib
from typing import Annotated, Protocol

from fastapi import Depends, Request

from geo.errors import InputError
from geo.text import Text

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST_BYTES = 4 * 2**20
"""Of a body, as it is sent and inflated: 500 items of some kilobytes each."""
_AT_ONCE = 2**16


class BodyTooLarge(InputError):
    """More than a batch may hold."""

    code = "BODY_TOO_LARGE"
    http_status = 413
    text = Text(
        en="The body is larger than {most_mb} MB. Send fewer items at a time.",
        id="Isi permintaan lebih besar dari {most_mb} MB. Kirim lebih sedikit butir sekaligus.",
    )


class EncodingRefused(InputError):
    """A compression that is not known here, or data that is none."""

    code = "ENCODING_REFUSED"
    http_status = 415
    text = Text(
        en="The body cannot be unpacked. Send it as it is, or with Content-Encoding gzip or zstd.",
        id="Isi permintaan tidak dapat dibuka. Kirim apa adanya, atau dengan Content-Encoding gzip/zstd.",
    )


class TypeRefused(InputError):
    """A body that is not JSON."""

    code = "CONTENT_TYPE_REFUSED"
    http_status = 415
    text = Text(
        en="The body must be JSON. Send it with Content-Type application/json.",
        id="Isi permintaan harus JSON. Kirim dengan Content-Type application/json.",
    )


class _Stream(Protocol):
    """What zlib and zstd have in common."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class _Plain:
    ended = True

    def add(self, data: bytes) -> bytes:
        return data


class _Packed:
    """Never makes more than a body may be, whatever a few bytes would unpack to."""

    def __init__(self, stream: _Stream) -> None:
        self._room = MOST_BYTES
        self._stream = stream

    def add(self, data: bytes) -> bytes:
        if self._stream.eof:  # something stands behind the end
            raise EncodingRefused()
        inflated = self._stream.decompress(data, self._room + 1)
        self._room -= len(inflated)
        if self._room < 0:
            raise BodyTooLarge(most_mb=MOST_BYTES // 2**20)
        if self._stream.unused_data:
            raise EncodingRefused()
        return inflated

    @property
    def ended(self) -> bool:
        return self._stream.eof


async def read_body(request: Request) -> bytes:
    """The body, unpacked. Raises ``TypeRefused``, ``BodyTooLarge`` and ``EncodingRefused``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise TypeRefused()
    inflater = _inflater(request.headers.get("content-encoding", "identity").strip().lower())
    parts: list[bytes] = []
    sent = 0
    async for chunk in request.stream():
        sent += len(chunk)
        if sent > MOST_BYTES:
            raise BodyTooLarge(most_mb=MOST_BYTES // 2**20)
        for start in range(0, len(chunk), _AT_ONCE):
            try:
                parts.append(inflater.add(chunk[start : start + _AT_ONCE]))
            except (zlib.error, zstd.ZstdError) as error:
                raise EncodingRefused() from error
    if not inflater.ended:
        raise EncodingRefused()
    return b"".join(parts)


def _inflater(encoding: str) -> _Plain | _Packed:
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in ("gzip", "x-gzip"):
        return _Packed(zlib.decompressobj(wbits=31))
    if encoding == "zstd":
        window = {zstd.DecompressionParameter.window_log_max: 23}
        return _Packed(zstd.ZstdDecompressor(options=window))
    raise EncodingRefused()


Body = Annotated[bytes, Depends(read_body)]
"""A route's parameter: the unpacked body."""
