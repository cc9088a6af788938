from .engine import create_engine
