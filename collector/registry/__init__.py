"""Lists from the factory, CSV or XLSX, as checked rows: deliveries and the stock of spare parts."""
