"""The web page and its files, from the package itself: nothing is loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from geo.errors import SetupError
from geo.text import Text

WEB_FOLDER = Path(__file__).parents[1] / "web"

FILES = StaticFiles(directory=WEB_FOLDER, check_dir=False)

router = APIRouter(include_in_schema=False)


class PageMissing(SetupError):
    """The page's files are not installed beside the API."""

    code = "PAGE_MISSING"
    text = Text(
        en="The page's files are not installed. Run bin/demo, which installs them; the API works without.",
        id="Berkas halaman belum terpasang. Jalankan bin/demo untuk memasangnya; API tetap berfungsi.",
    )


@router.get("/")
def page() -> FileResponse:
    """The page."""
    index = WEB_FOLDER / "index.html"
    if not index.is_file():
        raise PageMissing()
    return FileResponse(index)
