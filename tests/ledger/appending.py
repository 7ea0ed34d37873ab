"""A process that appends until it is killed: `appending.py URL START`; after each append it writes what it was told.

The lines go to a pipe, which outlives the process: an index that is read from it was acknowledged.
"""

import sys

from zkhealth.ledger import Entry, Log


def main(url, start):
    number = int(start)
    with Log.open(url) as log:
        while True:
            n = number % 7 + 1
            entries = [Entry("access", b'{"c":"%064x","kind":"access"}' % i) for i in range(number, number + n)]
            for index, entry in zip(log.append(entries), entries, strict=True):
                sys.stdout.write(f"{index} {entry.data.decode()}\n")
            sys.stdout.flush()
            number += n


if __name__ == "__main__":
    main(*sys.argv[1:])
