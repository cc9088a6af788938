from quoting.urls import url_quote
