from ..shared import log  # ~ relative-import-outside-package
