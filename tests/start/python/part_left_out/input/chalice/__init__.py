from chalice.app import Chalice
