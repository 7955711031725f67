//! Ports: the named, typed-by-role slots through which a twin model meets the outside.
//!
//! A stage declares its inputs and outcomes once with `stage_values!`; struct, port list, reader
//! and writer come from that one table, so name, order and unit cannot drift apart.

/// What a port value is to the plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A value somebody sets, with a tolerance.
    Setpoint,
    /// A property of the material that comes in.
    Material,
    /// A value nobody sets: weather, drift.
    Disturbance,
    /// A constant of the physical model.
    Parameter,
    /// A result.
    Outcome,
}

/// One input or outcome of a twin model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Dictionary name with dots, such as `drying.zone[1].air_temperature`.
    pub name: String,
    /// SI unit token of the `f64`, such as `kg/m^2`; `1` for a plain number.
    pub unit: &'static str,
    /// What the value is to the plant.
    pub role: Role,
    /// One line for a reader: what it is, its basis.
    pub text: &'static str,
}

/// Declares a stage's values once: a struct of `f64`, its ports, its reader and its writer.
macro_rules! stage_values {
    ($(#[$meta:meta])* $name:ident {
        $( $field:ident : $port:literal, $unit:literal, $role:ident, $text:literal; )*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            $( #[doc = concat!($text, " [", $unit, "]; port `", $port, "`.")] pub $field: f64, )*
        }

        impl $name {
            /// How many values there are.
            pub const COUNT: usize = [$( $port ),*].len();

            /// Returns the ports in the order of [`Self::read`] and [`Self::write`].
            #[must_use]
            pub fn ports() -> Vec<$crate::twin::Port> {
                vec![$( $crate::twin::Port {
                    name: $port.to_owned(),
                    unit: $unit,
                    role: $crate::twin::Role::$role,
                    text: $text,
                } ),*]
            }

            /// Reads the first [`Self::COUNT`] values in port order; `None` if there are fewer.
            #[must_use]
            pub fn read(values: &[f64]) -> Option<Self> {
                let mut next = values.iter().copied();
                Some(Self { $( $field: next.next()?, )* })
            }

            /// Writes the values in port order, as far as `values` reaches.
            pub fn write(&self, values: &mut [f64]) {
                for (slot, value) in values.iter_mut().zip([$( self.$field ),*]) {
                    *slot = value;
                }
            }
        }
    };
}
pub(crate) use stage_values;
