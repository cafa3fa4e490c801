"""Who has signed an action: the address that the signature of its EIP-712 hash leads back to.

An action is hashed as MessagePack with its nonce, and that hash is what a phantom agent signs;
what moves permissions is signed field by field. EIP-712: R. Bloemen, L. Logvinov, J. Evans, 2017.
"""

from typing import Final

import coincurve
import msgspec

from venues.loopback.hyperliquid.keccak import keccak

_DOMAIN: Final = (
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_AGENT: Final = b"Agent(string source,bytes32 connectionId)"
_APPROVE: Final = (
    b"HyperliquidTransaction:ApproveBuilderFee("
    b"string hyperliquidChain,string maxFeeRate,address builder,uint64 nonce)"
)
_MAINNET: Final = b"a"


def _domain(name: bytes, chain: int) -> bytes:
    fields = keccak(_DOMAIN) + keccak(name) + keccak(b"1") + chain.to_bytes(32, "big") + bytes(32)
    return keccak(fields)


# The same for every action.
_EXCHANGE: Final = _domain(b"Exchange", 1337)
_AGENT_MAINNET: Final = keccak(_AGENT) + keccak(_MAINNET)


class Signature(msgspec.Struct, frozen=True):
    """What comes with an action; `r` and `s` are hex numbers, which may lack leading zeros."""

    r: str
    s: str
    v: int


class Approval(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The fields of approveBuilderFee that are signed."""

    hyperliquid_chain: str
    signature_chain_id: str
    max_fee_rate: str
    builder: str
    nonce: int


def address_of(private_key: str) -> str:
    """Return the address of a private key (hex), in lower case."""
    key = coincurve.PrivateKey(bytes.fromhex(private_key.removeprefix("0x")))
    return _address(key.public_key)


def signer_of_action(
    action: object, nonce: int, vault: str | None, expires_after: int | None, signature: Signature
) -> str:
    """Return who signed an action; `action` is the decoded JSON, its keys in the order they came.

    Raises ValueError where the signature is none.
    """
    packed = msgspec.msgpack.encode(action) + nonce.to_bytes(8, "big")
    packed += b"\x00" if vault is None else b"\x01" + _bytes20(vault)
    if expires_after is not None:
        packed += b"\x00" + expires_after.to_bytes(8, "big")
    return _recovered(_EXCHANGE, keccak(_AGENT_MAINNET + keccak(packed)), signature)


def signer_of_approval(approval: Approval, signature: Signature) -> str:
    """Return who approved a builder's fee; raises ValueError where the signature is none."""
    struct = keccak(
        keccak(_APPROVE)
        + keccak(approval.hyperliquid_chain.encode())
        + keccak(approval.max_fee_rate.encode())
        + _bytes20(approval.builder).rjust(32, b"\0")
        + approval.nonce.to_bytes(32, "big")
    )
    chain = int(approval.signature_chain_id, 16)
    return _recovered(_domain(b"HyperliquidSignTransaction", chain), struct, signature)


def _recovered(domain: bytes, struct: bytes, signature: Signature) -> str:
    digest = keccak(b"\x19\x01" + domain + struct)
    r, s = (int(part, 16).to_bytes(32, "big") for part in (signature.r, signature.s))
    whole = r + s + bytes([signature.v - 27])
    try:
        found = coincurve.PublicKey.from_signature_and_message(whole, digest, hasher=None)
    except (ValueError, OverflowError) as wrong:
        raise ValueError(f"no signature: {wrong}") from wrong
    return _address(found)


def _address(key: coincurve.PublicKey) -> str:
    return "0x" + keccak(key.format(compressed=False)[1:])[-20:].hex()


def _bytes20(address: str) -> bytes:
    raw = bytes.fromhex(address.removeprefix("0x"))
    if len(raw) != 20:
        raise ValueError(f"{address} is no address")
    return raw
