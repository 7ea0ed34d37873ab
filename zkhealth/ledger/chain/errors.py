"""What goes wrong between us and a chain, and is neither the log's fault nor the caller's."""


class ChainError(OSError):
    """The chain, the node or the account does not let us; what was anchored stays, and the same call can be made again.

    A checkpoint that does not extend what the contract holds is no such error but a VerificationError.
    """


class RefusalError(ChainError):
    """The node, or the contract, understood and said no; the message is theirs."""


class ContractAbsentError(ChainError):
    """There is no anchor contract at the address, or was none at the block asked about."""
