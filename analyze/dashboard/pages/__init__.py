"""One module a page, each with a function `show`."""

# The addresses below that of the overview.
PATHS = ("concessionarias", "veiculos", "vendedores", "dados")
