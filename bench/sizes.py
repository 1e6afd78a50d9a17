"""Sizes of the deployed artifacts."""

import zipfile
from io import BytesIO
from pathlib import Path

from bench.artifacts import size_of
from connect_tools.template import Template


def sizes(build: Path) -> dict[str, dict[str, int]]:
    """Bytes, zipped and unzipped, for each function and layer of a build."""
    template = Template({}, build / "template.yaml")
    artifacts = [
        name
        for kind in ("AWS::Serverless::LayerVersion", "AWS::Serverless::Function")
        for name in template.resources(kind)
        if (build / name).is_dir()
    ]
    return {name: {"unzipped": size_of(build / name), "zipped": _zipped(build / name)} for name in artifacts}


def _zipped(artifact: Path) -> int:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(artifact.rglob("*")):
            packed.write(file, file.relative_to(artifact))
    return archive.tell()
