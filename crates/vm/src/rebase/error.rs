//! Why customers cannot be brought from one program set to another.

/// What stands in the way. Nothing has happened to any customer then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebaseError {
    /// A trait has another type: the values that customers have are none of it.
    #[error("trait `{name}` is now `{is}`, but customers have values of type `{was}`")]
    Trait {
        /// Name of the trait.
        name: String,
        /// Its type until now.
        was: String,
        /// Its type from now on.
        is: String,
    },
    /// A version is gone and nothing is said of its members.
    #[error(
        "version {version} of journey `{journey}` is gone, and no plan says what becomes of its members"
    )]
    NoVersion {
        /// Name of the journey.
        journey: String,
        /// The version.
        version: u32,
    },
    /// A plan speaks of a version that there is not.
    #[error("there is no version {version} of journey `{journey}` to be moved")]
    UnknownVersion {
        /// Name of the journey.
        journey: String,
        /// The version.
        version: u32,
    },
    /// Members are to move to the current version of a journey, and there is none.
    #[error(
        "nobody enters journey `{journey}` any more, so the members of version {version} cannot move"
    )]
    NoCurrent {
        /// Name of the journey.
        journey: String,
        /// The version that they are in.
        version: u32,
    },
    /// The plan says nothing of a tile at which members can stand.
    #[error("the plan for version {version} of journey `{journey}` says nothing of tile `{tile}`")]
    Unplanned {
        /// Name of the journey.
        journey: String,
        /// The version.
        version: u32,
        /// Id of the tile.
        tile: String,
    },
    /// The plan speaks of a tile that there is not.
    #[error("the plan for version {version} of journey `{journey}`: there is no tile `{tile}`")]
    UnknownTile {
        /// Name of the journey.
        journey: String,
        /// The version.
        version: u32,
        /// Id of the tile.
        tile: String,
    },
    /// What members wait for at a tile cannot be waited for at the one they are to go to.
    #[error(
        "the plan for version {version} of journey `{journey}`: who waits at tile `{tile}` cannot wait \
         at tile `{to}`, which waits for something else or for nothing"
    )]
    NoWait {
        /// Name of the journey.
        journey: String,
        /// The version.
        version: u32,
        /// Id of the tile at which they are.
        tile: String,
        /// Id of the tile to which they are to go.
        to: String,
    },
    /// A version has other tiles or waits than before, though it has the same number.
    #[error(
        "version {version} of journey `{journey}` is not what it was: a changed journey is a new version"
    )]
    Changed {
        /// Name of the journey.
        journey: String,
        /// The version.
        version: u32,
    },
}
