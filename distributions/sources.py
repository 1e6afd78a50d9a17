"""Where a distribution's packages come from: this repository keeps them outside of `distributions/`.

SAM copies whatever lies in a layer's folder into the layer, so no distribution's files can lie beside them.
An editable installation has the folders on its path instead (`dev-mode-dirs`).
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Sources(BuildHookInterface[Any]):
    """Takes the folders that `[tool.hatch.build.hooks.custom] packages` names into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name them to hatchling.

        Args:
            version: `standard`, or `editable`
            build_data: what hatchling is told
        """
        if version == "standard":
            folders = [Path(self.root, package).resolve() for package in self.config["packages"]]
            build_data["force_include"].update({str(folder): folder.name for folder in folders})
