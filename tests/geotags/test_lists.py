"""Lists that come with a campaign: what they say, and what is said of a list that cannot be right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from geo.codes import SCHEMES
from geo.errors import ColumnMissing, ValueRefused
from geo.exemptions import Exemption, ExemptionScope
from geo.levels import Level
from geo.lineage import Succession
from geotags.lists.exemptions import read_exemptions
from geotags.lists.lineage import read_lineage
from geotags.lists.photos import read_photos
from geotags.lists.places import read_places

A, B, C = "5105030001000100", "5105030001000101", "5105030001000102"
BPS = SCHEMES["bps"]


def table(folder: Path, *lines: str) -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_exemptions(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "cakupan;kunci;kode;alasan;oleh;bukti;sampai",
        "Household;h1;OUTSIDE_ASSIGNED_AREA;visited;pml-1;form 7;2026-12-31",
        "special_kind;boat_houses;*;rumah perahu;pml-2;;",
        "area;5105030001;*;perumahan kebun;pml-2;;2026-12-31 00:00:00",
        f"building;{A}#7;*;rusun;pml-2;;",
    )
    assert list(read_exemptions(path, BPS).all) == [
        Exemption(
            ExemptionScope.HOUSEHOLD, "h1", "OUTSIDE_ASSIGNED_AREA", "visited", "pml-1", "form 7",
            dt.date(2026, 12, 31),
        ),
        Exemption(ExemptionScope.SPECIAL_KIND, "boat_houses", "*", "rumah perahu", "pml-2"),
        Exemption(
            ExemptionScope.AREA, "5105030001", "*", "perumahan kebun", "pml-2", until=dt.date(2026, 12, 31)
        ),
        Exemption(ExemptionScope.BUILDING, f"{A}#7", "*", "rusun", "pml-2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("street,h1,*,visited,pml,", "row 3, scope"),
        ("household,,*,visited,pml,", "row 3, key"),
        ("special_kind,castle,*,visited,pml,", "row 3, key"),
        ("area,5.10503E+15,*,visited,pml,", "row 3, key"),
        ("area,51050,*,visited,pml,", "row 3, key"),
        ("building,7,*,visited,pml,", "row 3, key"),
        (f"building,{A}#,*,visited,pml,", "row 3, key"),
        ("household,h1,NO_SUCH,visited,pml,", "row 3, code"),
        ("household,h1,COORDINATE_MISSING,visited,pml,", "row 3, code"),
        ("household,h1,*,,pml,", "row 3, reason"),
        ("household,h1,*,visited,,", "row 3, who"),
        ("household,h1,*,visited,pml,31-12-2026", "row 3, until"),
        ("household,h1,*,visited,pml,2026-02-30", "row 3, until"),
        ("household,h1,*,visited,pml,2026-12-311", "row 3, until"),
    ],
)
def test_an_exemption_that_cannot_be_is_refused_by_row_and_column(
    tmp_path: Path, row: str, said: str
) -> None:
    path = table(tmp_path, "scope,key,code,reason,who,until", "household,h0,*,visited,pml,", row)
    with pytest.raises(ValueRefused) as refused:
        read_exemptions(path, BPS)
    told = refused.value.say("en")
    assert all(part in told for part in said.split(", ")), told


def test_a_list_without_its_columns(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match="reason"):
        read_exemptions(table(tmp_path, "scope,key,code,who", "household,h1,*,pml"), BPS)


def test_the_split_and_merge_table_of_the_office(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "idsubsls_26_1,idsubsls_25_2,nmsls_26_1,id_perub,ket_perub,berubah_batas",
        f"{B},{A},RT 1,1,pecah,1",
        f"{C},{A},RT 2,1,pecah,1",
        f"{B},{B},RT 1,0,tetap,2",
    )
    lineage = read_lineage(path, BPS, Level.SUBSLS)
    assert lineage.successions == (
        Succession(A, B, True, "pecah", "261"),
        Succession(A, C, True, "pecah", "261"),
    )
    assert lineage.successors(A) == (B, C)


def test_of_a_table_with_the_codes_of_two_levels_those_of_the_level_count(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "idsls_2025_2,idsubsls_2025_2,idsls_2026_1,idsubsls_2026_1",
        f"{A[:14]},{A},{C[:12]}09,{B}",
    )
    assert read_lineage(path, BPS, Level.SUBSLS).successions == (Succession(A, B, period="261"),)
    sls = Succession(A[:14], C[:12] + "09", period="261")
    assert read_lineage(path, BPS, Level.SLS).successions == (sls,)


def test_three_periods_in_one_table_are_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "idsubsls_25_1,idsubsls_25_2,idsubsls_26_1", f"{A},{B},{C}")
    with pytest.raises(ColumnMissing, match="two periods"):
        read_lineage(path, BPS, Level.SUBSLS)


def test_rows_that_contradict_each_other_are_refused_by_row(tmp_path: Path) -> None:
    same = [f"{A},{B},1", f"{A},{C},2", f"{A},{B},", f"{A},{B},1"]
    head = "idsubsls_25_2,idsubsls_26_1,berubah_batas"
    assert len(read_lineage(table(tmp_path, head, *same), BPS, Level.SUBSLS).successors(A)) == 2
    with pytest.raises(ValueRefused, match=r"row 6.*berubah_batas"):
        read_lineage(table(tmp_path, head, *same, f"{A},{B},2"), BPS, Level.SUBSLS)


def test_plain_columns_of_a_split_and_merge_table(tmp_path: Path) -> None:
    lineage = read_lineage(table(tmp_path, "old,new", f"{A},{B}"), BPS, Level.SUBSLS)
    assert lineage.successions == (Succession(A, B),)


@pytest.mark.parametrize("row", [f"{A[:-1]},{B}", f"{A},5.105E+15", f"{A},"])
def test_what_is_no_code_of_the_level_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(ValueRefused, match="row 2"):
        read_lineage(table(tmp_path, "old,new", row), BPS, Level.SUBSLS)


def test_places(tmp_path: Path) -> None:
    path = table(tmp_path, "nama,jenis,bujur,lintang", "Kantor desa,office,115.4,-8.5")
    places = read_places(path)
    assert (places.name.to_pylist(), places.kind.to_pylist()) == (["Kantor desa"], ["office"])
    assert (places.lon.tolist(), places.lat.tolist()) == ([115.4], [-8.5])
    with pytest.raises(ValueRefused, match="row 2") as refused:
        read_places(table(tmp_path, "name,lon,lat", "Kantor,-8.5,115.4"))
    assert "115.4" not in refused.value.say("en")


# -- photos --------------------------------------------------------------------------------------


def picture(
    path: Path, *, gps: dict[Any, Any] | None = None, clock: dict[Any, Any] | None = None, grey: int = 9
) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    exif.get_ifd(ExifTags.IFD.Exif).update(clock or {})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4), grey).save(path, exif=exif)


def position(
    lat: tuple[Any, ...] = (8, 30, 36), lon: tuple[Any, ...] = (115, 24, 0), refs: str = "SE"
) -> dict[Any, Any]:
    gps = ExifTags.GPS
    return {
        gps.GPSLatitudeRef: refs[0],
        gps.GPSLatitude: lat,
        gps.GPSLongitudeRef: refs[1],
        gps.GPSLongitude: lon,
    }


def test_what_a_photo_says_of_itself(tmp_path: Path) -> None:
    gps = position() | {ExifTags.GPS.GPSDateStamp: "2022:10:20", ExifTags.GPS.GPSTimeStamp: (1, 2, 3)}
    clock = {
        ExifTags.Base.DateTimeOriginal: "2022:10:20 08:02:03",
        ExifTags.Base.OffsetTimeOriginal: "+07:00",
    }
    picture(tmp_path / "DCIM" / "A.JPG", gps=gps, clock=clock)
    picture(tmp_path / "plain.jpg", grey=7)
    found = read_photos(tmp_path)
    photos = found.photos
    assert photos.name.to_pylist() == ["a.jpg", "plain.jpg"]
    assert (photos.lon[0], photos.lat[0]) == (pytest.approx(115.4), pytest.approx(-8.51))
    assert photos.gps_at[0] == np.datetime64("2022-10-20T01:02:03")
    assert photos.taken_at[0] == np.datetime64("2022-10-20T08:02:03")
    assert photos.offset_minutes[0] == 420
    assert photos.has_position.tolist() == [True, False]
    assert np.isnat(photos.gps_at[1]) and np.isnat(photos.taken_at[1])
    assert (found.unreadable, found.ambiguous) == (0, 0)


def test_copies_are_one_photo_and_namesakes_none(tmp_path: Path) -> None:
    picture(tmp_path / "1" / "a.jpg")
    picture(tmp_path / "2" / "A.jpg")
    picture(tmp_path / "1" / "b.jpg", grey=1)
    picture(tmp_path / "2" / "b.jpg", grey=250)
    picture(tmp_path / "c.jpg")
    found = read_photos(tmp_path)
    assert found.photos.name.to_pylist() == ["a.jpg", "c.jpg"]
    assert len(set(found.photos.sha256.to_pylist())) == 1
    assert found.ambiguous == 1


@pytest.mark.parametrize(
    "gps",
    [
        position(refs="XE"),
        position(lat=(8, 30)),
        position(lat=(95, 0, 0)),
        position(lon=(IFDRational(1, 0), 0, 0)),
        {ExifTags.GPS.GPSDateStamp: "0000:00:00", ExifTags.GPS.GPSTimeStamp: (99, 0, 0)},
    ],
)
def test_data_that_cannot_be_are_no_data(tmp_path: Path, gps: dict[Any, Any]) -> None:
    picture(tmp_path / "a.jpg", gps=gps, clock={ExifTags.Base.DateTimeOriginal: "0000:00:00 00:00:00"})
    photos = read_photos(tmp_path).photos
    assert photos.has_position.tolist() == [False]
    assert np.isnat(photos.gps_at).all() and np.isnat(photos.taken_at).all()


def test_a_file_that_is_no_picture_is_counted_and_others_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe1 nothing more")
    (tmp_path / "b.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("x")
    picture(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:60])
    found = read_photos(tmp_path)
    assert "whole.jpg" in found.photos.name.to_pylist()
    assert found.unreadable >= 2
