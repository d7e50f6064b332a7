//! Names, types and checks of a Journey workspace.
