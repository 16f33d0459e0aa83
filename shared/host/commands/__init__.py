"""One module per command of ``kehu``; each leaves the work to the modules beside this package."""
