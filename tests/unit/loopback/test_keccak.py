"""Is our Keccak the one Ethereum uses?"""

import pytest

from venues.loopback.hyperliquid.keccak import keccak
from venues.loopback.hyperliquid.signing import Signature, address_of, signer_of_action


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"transfer(address,uint256)", "a9059cbb"),
    ],
)
def test_known_hashes_come_out(data: bytes, found: str) -> None:
    assert keccak(data).hex().startswith(found)


@pytest.mark.parametrize("length", [134, 135, 136, 137, 271, 272, 273])
def test_blocks_are_padded_as_the_client_pads_them(length: int) -> None:
    from ccxt.static_dependencies.keccak import SHA3  # the client's own, and not ours

    data = bytes(range(256)) * 2
    assert keccak(data[:length]) == SHA3(data[:length])


def test_a_private_key_has_the_address_everybody_knows_it_by() -> None:
    # The first account of every Ethereum development chain.
    key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
    assert address_of(key) == "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


def test_what_is_no_signature_is_said_to_be_none() -> None:
    with pytest.raises(ValueError, match="no signature"):
        signer_of_action({}, 1, None, None, Signature(r="0x0", s="0x0", v=27))
