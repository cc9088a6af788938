SELECT id FROM orders WHERE paid
