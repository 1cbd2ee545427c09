"""Claims into an ERP: what is asked and written there is data, one template a product."""
