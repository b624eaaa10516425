"""One module a page, each with a function `show`."""

# The addresses below that of the overview.
PATHS = ("concessionarias", "concessionaria", "veiculos", "vendedores", "dados")
