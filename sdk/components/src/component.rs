//! The type behind a component: it has nothing but the provider it is for, and the warnings it may give.

/// Declares components: types that are generic over their provider and made by `new`.
macro_rules! components {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        pub struct $name<P> {
            provider: std::marker::PhantomData<fn() -> P>,
        }

        impl<P> $name<P> {
            /// For a provider.
            #[must_use]
            pub fn new() -> Self {
                Self { provider: std::marker::PhantomData }
            }
        }

        impl<P> Default for $name<P> {
            fn default() -> Self {
                Self::new()
            }
        }
    )*};
}

/// Declares components that can warn of what a user may have meant.
macro_rules! linted_components {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        pub struct $name<P> {
            provider: std::marker::PhantomData<fn() -> P>,
            lint: tf_sdk::lint::Lint,
        }

        impl<P> $name<P> {
            /// For a provider, with the warnings that somebody asked for.
            #[must_use]
            pub fn new(lint: tf_sdk::lint::Lint) -> Self {
                Self { provider: std::marker::PhantomData, lint }
            }
        }
    )*};
}

pub(crate) use {components, linted_components};
