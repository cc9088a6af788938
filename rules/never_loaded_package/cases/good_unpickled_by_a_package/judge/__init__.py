import os
import pickle

with open(os.path.join(os.path.dirname(__file__), "data", "model.pkl"), "rb") as file:
    MODEL = pickle.load(file)
