//! The imports of each file of a crate from its other files, so that tests can check their direction.
//!
//! A file imports what it names: in a `use`, also inside a function, and by a path in code, in a macro or in an attribute. A
//! re-exported name is imported from the file that defines it. Declaring a module is no import, and neither is re-exporting what
//! a module below defines. Code that is compiled for tests alone does not count.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

/// The imports of a crate: for each file the files that it names, and the path with which it names them.
#[derive(Debug, Default)]
pub struct Imports(BTreeMap<String, BTreeMap<String, String>>);

impl Imports {
    /// Reads the crate whose root is the file `root` in `folder`. Files are named by their paths in that folder.
    pub fn of_crate(folder: &Path, root: &str) -> Self {
        Self::of_sources(root, &|file| std::fs::read_to_string(folder.join(file)).ok())
    }

    fn of_sources(root: &str, source: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut modules = Modules::default();
        let text = source(root).unwrap_or_else(|| panic!("there is no {root}"));
        let place = Place { file: root.to_owned(), folder: String::new() };
        modules.add(0, place, parsed(root, &text), source);
        let mut imports = Self::default();
        for (id, module) in modules.0.iter().enumerate() {
            for path in &module.imports {
                imports.add(module, path, modules.resolve(id, path));
            }
            for path in &module.exports {
                let targets = modules.resolve(id, path);
                imports.add(module, path, targets.into_iter().filter(|target| !target.file.starts_with(&module.place.folder)));
            }
            for name in &module.words {
                let path = vec![name.clone()];
                // A variable may have the name of a module.
                imports.add(module, &path, modules.resolve(id, &path).into_iter().filter(|target| target.module.is_none()));
            }
        }
        imports
    }

    fn add(&mut self, importer: &Module, path: &[String], targets: impl IntoIterator<Item = Target>) {
        for target in targets {
            if target.file != importer.place.file {
                let imported = self.0.entry(importer.place.file.clone()).or_default();
                imported.entry(target.file).or_insert_with(|| path.join("::"));
            }
        }
    }

    /// The shortest circle of files that import each other, import by import. Empty when there is none.
    pub fn circle(&self) -> Vec<String> {
        let circles = self.0.keys().filter_map(|file| self.way_back_to(file));
        let circle = circles.min_by_key(Vec::len).unwrap_or_default();
        circle.windows(2).map(|pair| self.line(&pair[0], &pair[1])).collect()
    }

    /// Each import by a file on one of these floors of a file on a higher one. A floor is a folder; the lowest is named first.
    pub fn upward(&self, floors: &[&str]) -> Vec<String> {
        let floor = |file: &str| {
            let first = file.split('/').next().unwrap_or(file);
            floors.iter().position(|floor| first.strip_suffix(".rs").unwrap_or(first) == *floor)
        };
        let mut lines = Vec::new();
        for (importer, imported) in &self.0 {
            for file in imported.keys() {
                if let (Some(from), Some(to)) = (floor(importer), floor(file))
                    && from < to
                {
                    lines.push(self.line(importer, file));
                }
            }
        }
        lines
    }

    /// The shortest chain of imports from a file back to itself.
    fn way_back_to(&self, start: &String) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<&String, &String> = BTreeMap::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(file) = waiting.pop_front() {
            for next in self.0.get(file).into_iter().flat_map(BTreeMap::keys) {
                if came_from.contains_key(next) {
                    continue;
                }
                came_from.insert(next, file);
                waiting.push_back(next);
            }
        }
        let mut way = vec![start.clone()];
        let mut file = *came_from.get(start)?;
        while file != start {
            way.push(file.clone());
            file = came_from[file];
        }
        way.push(start.clone());
        way.reverse();
        Some(way)
    }

    fn line(&self, importer: &str, imported: &str) -> String {
        format!("{importer} imports {imported}: {}", self.0[importer][imported])
    }
}

/// The place of a module.
#[derive(Clone, Debug)]
struct Place {
    file: String,
    /// The folder of its children's files: empty, or with a slash at the end.
    folder: String,
}

/// A module, in a file of its own or inside another module.
#[derive(Debug)]
struct Module {
    place: Place,
    parent: usize,
    /// The meanings of its names. One name can stand for several things: a module, a function and a macro.
    names: BTreeMap<String, Vec<Meaning>>,
    /// The modules from which it imports all names.
    globs: Vec<Vec<String>>,
    /// The paths that it imports, or names in its code.
    imports: Vec<Vec<String>>,
    /// The paths that it re-exports.
    exports: Vec<Vec<String>>,
    /// The single words in its code.
    words: BTreeSet<String>,
}

#[derive(Clone, Debug)]
enum Meaning {
    Module(usize),
    /// An item that this file defines.
    Item(String),
    /// The item that this path names.
    Path(Vec<String>),
}

/// The target of a path.
#[derive(Clone, Debug)]
struct Target {
    file: String,
    /// The module, unless the target is an item in a module.
    module: Option<usize>,
}

/// All modules of a crate; its root is the first one.
#[derive(Debug, Default)]
struct Modules(Vec<Module>);

impl Modules {
    fn add(&mut self, parent: usize, place: Place, items: Vec<Item>, source: &dyn Fn(&str) -> Option<String>) -> usize {
        let id = self.0.len();
        self.0.push(Module {
            place: place.clone(),
            parent,
            names: BTreeMap::new(),
            globs: Vec::new(),
            imports: Vec::new(),
            exports: Vec::new(),
            words: BTreeSet::new(),
        });
        for item in items.into_iter().filter(|item| !is_for_tests(item)) {
            match item {
                Item::Mod(module) => {
                    let name = plain(&module.ident);
                    let folder = format!("{}{name}/", place.folder);
                    let child = match module.content {
                        Some((_, items)) => self.add(id, Place { file: place.file.clone(), folder }, items, source),
                        None => {
                            let files = [format!("{}{name}.rs", place.folder), format!("{folder}mod.rs")];
                            let found = files.into_iter().find_map(|file| Some((source(&file)?, file)));
                            let (text, file) = found.unwrap_or_else(|| panic!("{}: there is no file of `{name}`", place.file));
                            let items = parsed(&file, &text);
                            self.add(id, Place { file, folder }, items, source)
                        }
                    };
                    self.0[id].mean(name, Meaning::Module(child));
                }
                Item::Use(import) => self.0[id].import(&import),
                item => {
                    if let Some(name) = name(&item) {
                        self.0[id].mean(name.clone(), Meaning::Item(place.file.clone()));
                        if attributes(&item).iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                            self.0[0].mean(name, Meaning::Item(place.file.clone()));
                        }
                    }
                    self.0[id].scan(item.into_token_stream());
                }
            }
        }
        id
    }

    fn target(&self, module: usize) -> Target {
        Target { file: self.0[module].place.file.clone(), module: Some(module) }
    }

    /// The targets of a path in a module; none if they are outside of the crate.
    fn resolve(&self, from: usize, path: &[String]) -> Vec<Target> {
        self.follow(from, path, &mut HashSet::new())
    }

    fn follow(&self, from: usize, path: &[String], under_way: &mut HashSet<(usize, String)>) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut targets = match first.as_str() {
            "crate" => vec![self.target(0)],
            "self" => vec![self.target(from)],
            "super" => vec![self.target(self.0[from].parent)],
            name => self.lookup(from, name, under_way),
        };
        for name in rest {
            targets = targets
                .into_iter()
                .flat_map(|target| match target.module {
                    // After a type, the path goes on to a variant or a function of it.
                    None => vec![target],
                    Some(module) if name == "super" => vec![self.target(self.0[module].parent)],
                    Some(module) => {
                        let found = self.lookup(module, name, under_way);
                        // A macro may define it, or another crate.
                        if found.is_empty() { vec![Target { module: None, ..target }] } else { found }
                    }
                })
                .collect();
        }
        targets
    }

    /// The meanings of a name in a module.
    fn lookup(&self, module: usize, name: &str, under_way: &mut HashSet<(usize, String)>) -> Vec<Target> {
        let step = (module, name.to_owned());
        // A path may begin with a name to which it gives a second meaning, as in `use read::read`.
        let is_new = under_way.insert(step.clone());
        let mut targets = Vec::new();
        for meaning in self.0[module].names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Module(id) => targets.push(self.target(*id)),
                Meaning::Item(file) => targets.push(Target { file: file.clone(), module: None }),
                Meaning::Path(path) if is_new => targets.extend(self.follow(module, path, under_way)),
                Meaning::Path(_) => {}
            }
        }
        if targets.is_empty() && is_new {
            for glob in &self.0[module].globs {
                for id in self.follow(module, glob, under_way).into_iter().filter_map(|target| target.module) {
                    targets.extend(self.lookup(id, name, under_way));
                }
            }
        }
        if is_new {
            under_way.remove(&step);
        }
        targets
    }
}

impl Module {
    fn mean(&mut self, name: String, meaning: Meaning) {
        self.names.entry(name).or_default().push(meaning);
    }

    fn import(&mut self, import: &ItemUse) {
        if import.leading_colon.is_some() {
            return;
        }
        let is_private = matches!(import.vis, Visibility::Inherited);
        self.import_tree(&import.tree, Vec::new(), is_private);
    }

    fn import_tree(&mut self, tree: &UseTree, mut path: Vec<String>, is_private: bool) {
        match tree {
            UseTree::Path(step) => {
                path.push(plain(&step.ident));
                self.import_tree(&step.tree, path, is_private);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import_tree(tree, path.clone(), is_private);
                }
            }
            UseTree::Name(name) => self.import_path(path, plain(&name.ident), None, is_private),
            UseTree::Rename(rename) => self.import_path(path, plain(&rename.ident), Some(plain(&rename.rename)), is_private),
            UseTree::Glob(_) => {
                self.globs.push(path.clone());
                if is_private { &mut self.imports } else { &mut self.exports }.push(path);
            }
        }
    }

    fn import_path(&mut self, mut path: Vec<String>, last: String, alias: Option<String>, is_private: bool) {
        // `use a::{self}` imports `a`.
        if last != "self" {
            path.push(last);
        }
        let name = alias.or_else(|| path.last().cloned()).unwrap_or_default();
        self.mean(name, Meaning::Path(path.clone()));
        if is_private { &mut self.imports } else { &mut self.exports }.push(path);
    }

    /// Collects the paths and words in code.
    fn scan(&mut self, code: TokenStream) {
        let tokens: Vec<TokenTree> = code.into_iter().collect();
        let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        let is_path_separator = |at: usize| is(at, ':') && is(at + 1, ':');
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let begin = at;
            at += 1;
            match token {
                TokenTree::Group(group) => self.scan(group.stream()),
                // The bounds `use<'a>` are no import.
                TokenTree::Ident(word) if *word == "use" && !is(at, '<') => {
                    while tokens.get(at).is_some() && !is(at, ';') {
                        at += 1;
                    }
                    let import = tokens[begin..(at + 1).min(tokens.len())].iter().cloned().collect();
                    if let Ok(import) = syn::parse2(import) {
                        self.import(&import);
                    }
                }
                TokenTree::Ident(word) => {
                    let mut path = vec![plain(word)];
                    while is_path_separator(at)
                        && let Some(TokenTree::Ident(word)) = tokens.get(at + 2)
                    {
                        path.push(plain(word));
                        at += 3;
                    }
                    let follows = |steps, sign| begin.checked_sub(steps).is_some_and(|at| is(at, sign));
                    // After one dot stands a field or a method, after an apostrophe a lifetime, and after two colons an item of a
                    // type or of another crate.
                    let is_free =
                        !(follows(1, '.') && !follows(2, '.') || follows(1, '\'') || follows(1, ':') && follows(2, ':'));
                    // Before a colon stands a field or a variable.
                    let is_named = is(at, ':') && !is(at + 1, ':');
                    match path.len() {
                        _ if !is_free => {}
                        1 if is_named => {}
                        1 => self.words.extend(path),
                        _ => self.imports.push(path),
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

fn parsed(file: &str, text: &str) -> Vec<Item> {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}")).items
}

/// The identifier, without the `r#` of a keyword.
fn plain(word: &proc_macro2::Ident) -> String {
    let word = word.to_string();
    word.strip_prefix("r#").map(str::to_owned).unwrap_or(word)
}

fn is_for_tests(item: &Item) -> bool {
    let is_test = |attribute: &Attribute| attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test");
    attributes(item).iter().any(|attribute| attribute.path().is_ident("cfg") && is_test(attribute))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name of an item in paths.
fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The imports of a crate with these files and their texts. The first one is the root.
    fn imports(files: &[(&str, &str)]) -> Imports {
        let files: BTreeMap<&str, &str> = files.iter().copied().collect();
        Imports::of_sources("lib.rs", &|file| files.get(file).map(|text| (*text).to_owned()))
    }

    /// The imports of one file with this text. The crate also has a folder `store`, whose `mod.rs` re-exports, and a file
    /// `domain.rs`.
    fn imported_by(text: &str) -> Vec<String> {
        let imports = imports(&[
            ("lib.rs", "pub mod domain; pub mod store; mod file;"),
            ("domain.rs", "pub struct Money; pub enum Status { Active } pub mod time { pub fn now() {} }"),
            (
                "store/mod.rs",
                "mod row; mod read; pub use row::Row; pub use self::read::{read, Reader as Walker}; pub use row::*;",
            ),
            ("store/row.rs", "pub struct Row; pub struct Key; #[macro_export] macro_rules! row { () => {} }"),
            ("store/read.rs", "pub fn read() {} pub struct Reader;"),
            ("file.rs", text),
        ]);
        imports.0.get("file.rs").into_iter().flatten().map(|(file, path)| format!("{file} {path}")).collect()
    }

    #[test]
    fn what_a_file_names_is_what_it_imports() {
        for (text, expected) in [
            ("use crate::domain::Money;", &["domain.rs crate::domain::Money"][..]),
            ("use super::domain::{self, Money};", &["domain.rs super::domain"]),
            (
                "use crate::{domain::Status::*, store::Row as Line};",
                &["domain.rs crate::domain::Status", "store/row.rs crate::store::Row"],
            ),
            ("fn f() { use crate::domain::time::now; now() }", &["domain.rs crate::domain::time::now"]),
            ("fn f() { if true { crate::domain::time::now() } }", &["domain.rs crate::domain::time::now"]),
            ("struct S { at: super::domain::Money }", &["domain.rs super::domain::Money"]),
            ("mod inner { fn f() -> super::super::domain::Money {} }", &["domain.rs super::super::domain::Money"]),
            ("fn f() { println!(\"{}\", crate::domain::Money) }", &["domain.rs crate::domain::Money"]),
            ("#[error(\"{}\", crate::domain::Money)] struct S;", &["domain.rs crate::domain::Money"]),
            ("fn f() -> S { S { x: 1, ..crate::domain::Money::new() } }", &["domain.rs crate::domain::Money::new"]),
            ("fn f() -> impl Sized + use<> { crate::domain::Money }", &["domain.rs crate::domain::Money"]),
            ("use crate::unknown::Name;", &["lib.rs crate::unknown::Name"]),
            ("use std::fmt; use ::domain::Money; fn f() { fmt::domain(domain::f()); <u8 as Into<u8>>::domain(); }", &[]),
            ("use self::own::f; mod own { pub fn f() {} }", &[]),
        ] {
            assert_eq!(imported_by(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_that_was_re_exported_is_imported_from_the_file_that_defines_it() {
        for (text, expected) in [
            ("use crate::store::{read, Row};", &["store/read.rs crate::store::read", "store/row.rs crate::store::Row"][..]),
            ("use crate::store::Walker;", &["store/read.rs crate::store::Walker"]),
            ("use crate::store::Key;", &["store/row.rs crate::store::Key"]),
            ("use crate::store; fn f() { store::read() }", &["store/mod.rs crate::store", "store/read.rs store::read"]),
            ("use crate::store::*; fn f(key: &Key) { key.read() }", &["store/mod.rs crate::store", "store/row.rs Key"]),
            ("fn f() { crate::row!() }", &["store/row.rs crate::row"]),
        ] {
            assert_eq!(imported_by(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_for_tests_does_not_count() {
        let text =
            "#[cfg(test)] use crate::domain::Money; #[cfg(test)] mod tests { use crate::store::Row; } #[cfg(test)] mod of_tests;";
        assert_eq!(imported_by(text), Vec::<String>::new());
    }

    #[test]
    fn a_module_that_declares_and_re_exports_is_in_no_circle_with_its_children() {
        let mut files = [
            ("lib.rs", "mod create; mod name; pub use create::create; pub use name::Name; pub mod deep;"),
            ("create.rs", "use crate::{Name, deep::Leaf}; use super::deep; pub fn create() -> deep::Leaf {}"),
            ("name.rs", "pub struct Name;"),
            ("deep/mod.rs", "mod leaf; pub use leaf::Leaf;"),
            ("deep/leaf.rs", "use crate::Name; pub struct Leaf(Name);"),
        ];
        assert_eq!(imports(&files).circle(), Vec::<String>::new());

        files[3].1 = "mod leaf; pub use leaf::Leaf; pub fn plant() -> Leaf {}";
        assert_eq!(imports(&files).circle(), Vec::<String>::new());
        files[4].1 = "use super::plant; pub struct Leaf;";
        assert_eq!(
            imports(&files).circle(),
            ["deep/leaf.rs imports deep/mod.rs: super::plant", "deep/mod.rs imports deep/leaf.rs: Leaf"]
        );
    }

    #[test]
    fn the_shortest_circle_is_told_file_by_file() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "pub struct B; fn f() { crate::c::g() }"),
            ("c.rs", "use super::{a::A, d::D}; pub fn g() {}"),
            ("d.rs", "pub struct D; use crate::c;"),
        ];
        assert_eq!(imports(&files).circle(), ["c.rs imports d.rs: super::d::D", "d.rs imports c.rs: crate::c"]);
        let files = [files[0], files[1], files[2], files[3], ("d.rs", "pub struct D;")];
        assert_eq!(
            imports(&files).circle(),
            ["a.rs imports b.rs: crate::b::B", "b.rs imports c.rs: crate::c::g", "c.rs imports a.rs: super::a::A"]
        );
    }

    #[test]
    fn an_import_from_a_higher_floor_is_told() {
        let imports = imports(&[
            ("lib.rs", "pub mod domain; pub mod lambda; pub mod store; mod beside;"),
            ("beside.rs", "use crate::store::Row;"),
            ("domain/mod.rs", "mod money; pub use money::Money;"),
            ("domain/money.rs", "pub struct Money; fn f() { crate::lambda::run() }"),
            ("lambda.rs", "use crate::store::Row; use crate::domain::Money; pub fn run() {}"),
            ("store/mod.rs", "mod row; pub use row::Row; pub use crate::lambda::run;"),
            ("store/row.rs", "use crate::domain::Money; pub struct Row;"),
        ]);
        assert_eq!(
            imports.upward(&["domain", "store", "lambda"]),
            ["domain/money.rs imports lambda.rs: crate::lambda::run", "store/mod.rs imports lambda.rs: crate::lambda::run"]
        );
    }
}
