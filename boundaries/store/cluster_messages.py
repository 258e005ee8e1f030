"""What the private cluster says when it cannot go on: parts of the sentences in ``geo.errors``."""

from __future__ import annotations

from geo.text import Text

INITIALISE = Text(en="make its files", id="membuat berkasnya")
START = Text(en="start", id="mulai")
ANSWER = Text(en="answer", id="menjawab")
STOP = Text(en="stop", id="berhenti")

CHOOSE_ANOTHER = Text(en="Choose another data folder.", id="Pilih folder data lain.")
NOT_YOURS = Text(en="it belongs to another user", id="folder ini milik pengguna lain")
RUN_AS_OWNER = Text(
    en="Run Patok as that user or as root, or choose another data folder.",
    id="Jalankan Patok sebagai pengguna itu atau root, atau pilih folder data lain.",
)
ROOT_REFUSED = Text(
    en="PostgreSQL refuses to run as root, and there is no user postgres",
    id="PostgreSQL menolak dijalankan oleh root, dan tidak ada pengguna postgres",
)
ADD_POSTGRES = Text(
    en="Add the user with: adduser --system --group postgres.",
    id="Tambahkan pengguna dengan: adduser --system --group postgres.",
)
NO_WAY_IN = Text(
    en="the user that runs PostgreSQL cannot enter it",
    id="pengguna yang menjalankan PostgreSQL tidak dapat memasukinya",
)
OPEN_OR_MOVE = Text(
    en="Choose a data folder that every user can reach, such as /var/lib/patok, or allow it with: chmod o+x.",
    id="Pilih folder data yang dapat dijangkau semua pengguna, misalnya /var/lib/patok, "
    "atau izinkan dengan: chmod o+x.",
)
NOT_PRIVATE = Text(
    en="it must belong to the user of PostgreSQL alone", id="folder ini harus milik pengguna PostgreSQL saja"
)
REMOVE_IT = Text(en="Remove it and start again.", id="Hapus folder itu lalu mulai lagi.")
NO_NAME = Text(
    en="the user that runs Patok has no name on this system",
    id="pengguna yang menjalankan Patok tidak bernama",
)
NAME_IT = Text(
    en="Add it to /etc/passwd or run Patok as another user.",
    id="Tambahkan ke /etc/passwd atau jalankan Patok sebagai pengguna lain.",
)
