package io.codelength;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table of packages in {@code ARCHITECTURE.md} is true: it is read from there, so there is no second one. */
final class ArchitectureTest {
    private static final String ROOT = "io.codelength.";

    /** What every package may use. */
    private static final String LIMIT = "limit";

    /** In the third column: whatever stands above. */
    private static final String ALL = "all";

    private static final Pattern NAME = Pattern.compile("`([a-z.]+)`");

    private static JavaClasses classes = new ClassFileImporter().importClasses();
    private static Map<String, Set<String>> table = Map.of();

    @BeforeAll
    static void read() throws IOException {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.codelength");
        table = readTable(Files.readAllLines(Path.of("ARCHITECTURE.md")));
    }

    /** Rows {@code | `package`, `package` | job | what they may use |}, in their order; {@link #ALL} becomes all names. */
    private static Map<String, Set<String>> readTable(List<String> lines) {
        Map<String, Set<String>> rows = new LinkedHashMap<>();
        for (String line : lines) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != 5 || !cells[1].strip().startsWith("`")) {
                continue;
            }
            Set<String> mayUse =
                    cells[3].strip().equals(ALL) ? new TreeSet<>(rows.keySet()) : new TreeSet<>(names(cells[3]));
            for (String name : names(cells[1])) {
                assertThat(rows.put(name, mayUse)).as("second row of %s", name).isNull();
            }
        }
        return rows;
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static Set<String> packagesOfProgram() {
        return classes.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.startsWith(ROOT) ? name.substring(ROOT.length()) : name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A package and all that it leads to. */
    private static Set<String> reachable(String name) {
        Set<String> found = new TreeSet<>(Set.of(name, LIMIT));
        for (String used : table.getOrDefault(name, Set.of())) {
            found.addAll(reachable(used));
        }
        return found;
    }

    private static String[] qualified(Set<String> names) {
        return names.stream().map(name -> ROOT + name).toArray(String[]::new);
    }

    @Test
    void everyPackageHasItsRowAndEveryRowItsPackage() {
        assertThat(packagesOfProgram())
                .as("packages with classes, and rows of ARCHITECTURE.md")
                .containsExactlyInAnyOrderElementsOf(table.keySet());
    }

    @Test
    void rowsLeadUpwardsOnly() {
        List<String> above = new ArrayList<>();
        table.forEach((name, mayUse) -> {
            assertThat(above).as("what %s may use stands above it", name).containsAll(mayUse);
            above.add(name);
        });
    }

    @Test
    void packagesUseOnlyWhatTheirRowSays() {
        table.forEach((name, mayUse) -> {
            Set<String> known = new TreeSet<>(mayUse);
            known.add(name);
            known.add(LIMIT);
            noClasses()
                    .that(describe(
                            "belong to " + name, found -> found.getPackageName().equals(ROOT + name)))
                    .should()
                    .dependOnClassesThat(describe(
                            "are ours, but not of " + known,
                            used -> used.getPackageName().startsWith(ROOT)
                                    && !known.contains(used.getPackageName().substring(ROOT.length()))))
                    .check(classes);
        });
    }

    @Test
    void packagesDownToCodecKnowNoSpringFilesClockOrNetwork() {
        String[] core = qualified(reachable("codec"));
        assertThat(core).contains(ROOT + "predict", ROOT + "coding").doesNotContain(ROOT + "model.store");
        noClasses()
                .that(resideInAnyPackage(core))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "org.springframework..",
                        "jakarta..",
                        "java.sql..",
                        "java.net..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.time..",
                        "picocli.."))
                .orShould()
                .dependOnClassesThat(opensFiles())
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .check(classes);
    }

    private static DescribedPredicate<JavaClass> opensFiles() {
        return describe(
                "open files",
                used -> used.getName()
                        .matches("java\\.io\\.(File((Input|Output)Stream|Reader|Writer)?|RandomAccessFile)"));
    }

    @Test
    void djlIsUsedByThePyTorchEngineOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "engine.pytorch")
                .should()
                .dependOnClassesThat(resideInAnyPackage("ai.djl.."))
                .check(classes);
    }

    @Test
    void nativeCodeIsBoundByTheNativeEnginesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "engine.cpu", ROOT + "engine.cuda")
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.sun.jna..", "java.lang.foreign.."))
                .orShould()
                .callMethod(System.class, "load", String.class)
                .orShould()
                .callMethod(System.class, "loadLibrary", String.class)
                .check(classes);
    }

    @Test
    void springIsUsedByTheServiceOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "web", ROOT + "store..", ROOT + "job..", ROOT + "app")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.springframework..", "jakarta.."))
                .check(classes);
    }

    @Test
    void picocliIsUsedByTheCommandLineOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "cli..", ROOT + "app")
                .should()
                .dependOnClassesThat(resideInAnyPackage("picocli.."))
                .check(classes);
    }

    @Test
    void nothingButMainEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "app.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(classes);
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        for (String name : packagesOfProgram()) {
            JavaPackage found = classes.getPackage(ROOT + name);
            assertThat(found.tryGetPackageInfo()).as("package-info of %s", name).isPresent();
            assertThat(found.isAnnotatedWith(NullMarked.class))
                    .as("%s is null-marked", name)
                    .isTrue();
            Path source =
                    Path.of("src/main/java", (ROOT + name).replace('.', '/')).resolve("package-info.java");
            assertThat(Files.readString(source).replaceAll("\\s*\\n \\*\\s*", " "))
                    .as("%s says what comes in and goes out, what it may use and what it does not know", source)
                    .contains("In: ", "Out: ", "May use ", "deliberately does not know");
        }
    }
}
