"""What undoes codings: by pieces, one over the other, several bodies in a row, and what is none."""

from __future__ import annotations

import gzip
import zlib

import pytest
import zstandard

from aso.codings import decoder

TEXT = b'{"usage": {"prompt_tokens": 5}}' * 20


def chunked(data: bytes, size: int = 50) -> bytes:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%X;x=1\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\nT: 1\r\n\r\n"


CODED = {
    "gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    " Deflate": zlib.compress(TEXT)[2:-4],  # a raw one
    "zstd": zstandard.compress(TEXT),
    "chunked": chunked(TEXT),
    "gzip, zstd , chunked": chunked(zstandard.compress(gzip.compress(TEXT))),
}


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("coding", CODED)
def test_a_body_is_decoded_piece_by_piece(coding: str, size: int) -> None:
    decode, coded = decoder(coding), CODED[coding]
    assert decode is not None
    pieces = [coded[start : start + size] for start in range(0, len(coded), size)]
    assert b"".join(map(decode, pieces)) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_bodies_in_a_row_are_one(coding: str) -> None:
    decode = decoder(coding)
    assert decode is not None
    assert decode(CODED[coding] * 2) == TEXT * 2


@pytest.mark.parametrize("coding", ["", "identity", " , identity"])
def test_what_is_not_coded_needs_nothing(coding: str) -> None:
    assert decoder(coding) is None


@pytest.mark.parametrize(("coding", "data"), [("compress", b"x"), ("chunked", b"no size\r\nx")])
def test_what_cannot_be_decoded_is_not_read(coding: str, data: bytes) -> None:
    decode = decoder(coding)
    assert decode is not None
    assert decode(data) + decode(data) == b""
