//! Python source to the intermediate form that the import simulation executes.
