//! The four model files: read at first use, held against their digests, run.
//!
//! The only file that knows the ONNX runtime. The files and their licences are in `models/`; what goes in and comes out of
//! each is the business of who asks. One [`Models`] is shared by all threads.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use rten::{RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::error::Error;

thread_local! {
    /// The runtime would spread each run over all cores, in a pool that everybody shares: ten captures would take the machine from
    /// everything else. So each calling thread has one worker and waits for it, and who bounds the callers bounds the cores.
    static ALONE: Arc<ThreadPool> = Arc::new(ThreadPool::with_num_threads(1));
}

/// A model that this version was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// Finds machine-readable zones.
    ZoneFinder,
    /// Reads a line of one.
    ZoneReader,
    /// Finds faces.
    FaceFinder,
    /// Turns a face into numbers that can be compared.
    FaceComparer,
}

impl File {
    /// All of them, for checks before the first case.
    pub const ALL: [Self; 4] = [Self::ZoneFinder, Self::ZoneReader, Self::FaceFinder, Self::FaceComparer];

    /// Its name in the folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZoneFinder => "mrz_seg.onnx",
            Self::ZoneReader => "mrz_rec.onnx",
            Self::FaceFinder => "yunet.onnx",
            Self::FaceComparer => "sface.onnx",
        }
    }

    /// The SHA-256 of the file whose thresholds this version holds: another file would answer on another scale.
    fn digest(self) -> &'static str {
        match self {
            Self::ZoneFinder => "b8ad5a3d7c601cd2bf6035b360c0754f384bae57f94f9a2f78cc5c52a5246911",
            Self::ZoneReader => "fde9a8705ef60acf6f2c702bba5c8ed00259cc7ede1b0aece27a858d4c0a854c",
            Self::FaceFinder => "7045d93be0213d1b6c5d508dd9a0e6700bb743856967e9741caf2238e93b50ba",
            Self::FaceComparer => "f98a6263bc9316b30fce2b979da03bb70d49334dfec82bbd31ce8360ec1efbd5",
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is not there or not readable.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// Its bytes are not those of this version's file.
    #[error("its SHA-256 is {found}, not {wanted}")]
    Changed {
        /// What it should be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// The runtime does not take it.
    #[error("the runtime does not load it")]
    Unloadable(#[source] rten::LoadError),
    /// It did not run on what it was given.
    #[error("the runtime does not run it")]
    Failed(#[source] rten::RunError),
    /// What goes in or comes out has not the shape that was agreed.
    #[error("its answer has another shape than expected")]
    Shape,
}

/// Where the models lie, and those that were used so far.
pub struct Models {
    dir: PathBuf,
    loaded: [OnceLock<Model>; 4],
}

impl Models {
    /// Names the folder; nothing is read before it is used.
    pub fn open(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            loaded: [const { OnceLock::new() }; 4],
        }
    }

    /// The model, loaded and checked once. A failure is not remembered: a mended folder needs no restart.
    pub fn get(&self, file: File) -> Result<&Model, Error> {
        let [zone_finder, zone_reader, face_finder, face_comparer] = &self.loaded;
        let cell = match file {
            File::ZoneFinder => zone_finder,
            File::ZoneReader => zone_reader,
            File::FaceFinder => face_finder,
            File::FaceComparer => face_comparer,
        };
        if let Some(model) = cell.get() {
            return Ok(model);
        }
        let model = Model::load(&self.dir.join(file.name()), file)?;
        // Two threads may load at once the first time; one copy stays.
        Ok(cell.get_or_init(|| model))
    }

    /// Reads each file and holds it against its digest, so that a wrong folder is known before a person waits.
    pub fn check(&self) -> Result<(), Error> {
        for file in File::ALL {
            read(&self.dir.join(file.name()), file.digest()).map_err(|fault| Error::Model { file, fault })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Models({})", self.dir.display())
    }
}

/// One output of a model: its values, row by row, and how many there are in each direction.
#[derive(Clone, Debug)]
pub struct Output {
    /// How many in each direction.
    pub shape: Vec<usize>,
    /// The values, the last direction running fastest.
    pub values: Vec<f32>,
}

/// A loaded model with one input of four directions. Many threads may run it at once; a run takes one core.
pub struct Model {
    file: File,
    net: rten::Model,
}

impl Model {
    /// Reads, checks and loads one file.
    pub fn load(path: &Path, file: File) -> Result<Self, Error> {
        let fault = |fault| Error::Model { file, fault };
        let bytes = read(path, file.digest()).map_err(fault)?;
        let net = rten::Model::load(bytes).map_err(Fault::Unloadable).map_err(fault)?;
        Ok(Self { file, net })
    }

    /// Runs it and gives the outputs of these names, in this order.
    pub fn run(&self, shape: [usize; 4], values: Vec<f32>, outputs: &[&str]) -> Result<Vec<Output>, Error> {
        self.answer(shape, values, outputs)
            .map_err(|fault| Error::Model { file: self.file, fault })
    }

    fn answer(&self, shape: [usize; 4], values: Vec<f32>, outputs: &[&str]) -> Result<Vec<Output>, Fault> {
        if shape.iter().product::<usize>() != values.len() {
            return Err(Fault::Shape);
        }
        let input = NdTensor::from_data(shape, values);
        let node = *self.net.input_ids().first().ok_or(Fault::Shape)?;
        let wanted = outputs
            .iter()
            .map(|name| self.net.node_id(name))
            .collect::<Result<Vec<_>, _>>();
        let wanted = wanted.map_err(Fault::Failed)?;
        let options = RunOptions::default().with_thread_pool(Some(ALONE.with(Arc::clone)));
        let answer = self
            .net
            .run(vec![(node, input.into())], &wanted, Some(options))
            .map_err(Fault::Failed)?;
        let output = |value| {
            let tensor: Tensor<f32> = rten::Value::try_into(value).map_err(|_| Fault::Shape)?;
            Ok(Output {
                shape: tensor.shape().to_vec(),
                values: tensor.to_vec(),
            })
        };
        answer.into_iter().map(output).collect()
    }

    /// The same for a model of one output, whose name matters to nobody.
    pub fn run_one(&self, shape: [usize; 4], values: Vec<f32>, output: &str) -> Result<Output, Error> {
        let first = self.run(shape, values, &[output])?.into_iter().next();
        first.ok_or(Error::Model {
            file: self.file,
            fault: Fault::Shape,
        })
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model({})", self.file)
    }
}

/// The bytes of a file, if they are the ones meant. What is loaded is what was hashed: the file is opened once.
fn read(path: &Path, wanted: &'static str) -> Result<Vec<u8>, Fault> {
    let bytes = std::fs::read(path).map_err(Fault::Unreadable)?;
    let found = hex(digest(&SHA256, &bytes).as_ref());
    if found == wanted {
        Ok(bytes)
    } else {
        Err(Fault::Changed { wanted, found })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
    }

    #[test]
    fn the_models_of_this_repository_are_the_ones_that_are_meant() {
        Models::open(&folder()).check().expect("all four");
        for file in File::ALL {
            Model::load(&folder().join(file.name()), file).expect("the runtime takes it");
        }
    }

    #[test]
    fn another_file_of_the_same_name_is_refused_by_its_digest() {
        let error = Model::load(&folder().join("mrz_rec.onnx"), File::ZoneFinder).expect_err("swapped");
        assert!(
            matches!(
                error,
                Error::Model {
                    file: File::ZoneFinder,
                    fault: Fault::Changed { .. }
                }
            ),
            "{error:?}"
        );
    }

    #[test]
    fn a_missing_folder_is_said_so_at_first_use_and_not_remembered() {
        let models = Models::open(Path::new("/nowhere"));
        for _ in 0..2 {
            let error = models.get(File::FaceFinder).expect_err("nothing there");
            assert!(
                matches!(
                    error,
                    Error::Model {
                        fault: Fault::Unreadable(_),
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }

    #[test]
    fn values_that_do_not_fill_the_shape_are_refused() {
        let models = Models::open(&folder());
        let model = models.get(File::ZoneFinder).expect("loads");
        let error = model.run_one([1, 1, 288, 384], vec![0.0; 7], "y").expect_err("too few");
        assert!(
            matches!(
                error,
                Error::Model {
                    fault: Fault::Shape,
                    ..
                }
            ),
            "{error:?}"
        );
        let answer = model
            .run_one([1, 1, 288, 384], vec![110.0; 288 * 384], "y")
            .expect("runs");
        assert_eq!(answer.shape, [1, 1, 72, 96]);
        assert_eq!(answer.values.len(), 72 * 96);
    }
}
