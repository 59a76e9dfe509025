//! What all header classes have, as a macro over their table.

/// A header, and the bytes of its variable part.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owned<H> {
    pub(super) fixed: H,
    pub(super) variable: Vec<u8>,
}

/// For each row a class: which header it is, what one without arguments looks like, and its fields. A field is of the
/// header's struct, or it is read and written by two functions.
macro_rules! headers {
    ($(
        $(#[$doc:meta])*
        $name:ident($fixed:ty) = $base:expr, $to_header:expr, {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty $(= $read:expr, $write:expr)?; )*
        }
    )*) => {
        $(
        $(#[$doc])*
        #[pyclass(frozen, eq, hash, str, module = "contrail_fabric.wire")]
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub(crate) struct $name(Owned<$fixed>);

        impl $name {
            fn header(&self) -> Header<'_> {
                let to_header: for<'a> fn(&$fixed, &'a [u8]) -> Header<'a> = $to_header;
                to_header(&self.0.fixed, &self.0.variable)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(&self.header(), f)
            }
        }

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (*, $($field = None),*))]
            fn new(python: Python<'_>, $($field: Option<Argument<$type>>),*) -> PyResult<Self> {
                let build = || {
                    let mut this = Owned::<$fixed> { fixed: $base, variable: Vec::new() };
                    $(
                        if let Some(Argument(value)) = $field {
                            write_field!(this, $fixed, $field: $type $(= $write)?, value)?;
                        }
                    )*
                    Ok(this)
                };
                build().map(Self).map_err(|error| value_error(python, &error))
            }

            $(
                $(#[$field_doc])*
                #[getter]
                fn $field(&self) -> <$type as Field>::Told {
                    read_field!(self.0, $fixed, $field: $type $(= $read)?)
                }
            )*

            /// Names and values, as the constructor takes them.
            fn to_dict<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                let fields = PyDict::new(python);
                $( fields.set_item(stringify!($field), self.$field())?; )*
                Ok(fields)
            }

            fn __bytes__<'py>(&self, python: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                encoded(python, &[self.header()], &[])
            }

            fn __len__(&self) -> usize {
                self.header().len()
            }

            fn __repr__(&self, python: Python<'_>) -> PyResult<String> {
                let fields = self.to_dict(python)?;
                let fields = fields.iter().map(|(field, value)| Ok(format!("{field}={}", value.repr()?)));
                Ok(format!("{}({})", stringify!($name), fields.collect::<PyResult<Vec<_>>>()?.join(", ")))
            }

            fn __getnewargs_ex__<'py>(
                &self,
                python: Python<'py>,
            ) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
                Ok((PyTuple::empty(python), self.to_dict(python)?))
            }
        }
        )*

        /// The header that is behind an object of one of these classes.
        fn borrowed<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Header<'a>> {
            $(
                if let Ok(header) = object.cast::<$name>() {
                    return Ok(header.get().header());
                }
            )*
            Err(PyTypeError::new_err(format!("expected a header, found {}", object.get_type().name()?)))
        }
    };
}

macro_rules! read_field {
    ($this:expr, $fixed:ty, $field:ident: $type:ty) => {
        <$type as Field>::told(&$this.fixed.$field)
    };
    ($this:expr, $fixed:ty, $field:ident: $type:ty = $read:expr) => {{
        let read: fn(&Owned<$fixed>) -> <$type as Field>::Told = $read;
        read(&$this)
    }};
}

macro_rules! write_field {
    ($this:expr, $fixed:ty, $field:ident: $type:ty, $value:expr) => {
        <$type as Field>::given($value).map(|value| $this.fixed.$field = value)
    };
    ($this:expr, $fixed:ty, $field:ident: $type:ty = $write:expr, $value:expr) => {{
        let write: fn(&mut Owned<$fixed>, <$type as Field>::Given) -> Result<(), ValueError> = $write;
        write(&mut $this, $value)
    }};
}
