package io.codelength.store.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whose rights the server runs with. PostgreSQL refuses to run as root, which is who we are in most containers; there it
 * runs in a user namespace of its own, where root's files are still its own but it is nobody, or, where namespaces are
 * forbidden, as the account {@code nobody} over a cluster that belongs to that account.
 *
 * @param prefix what to put before a command
 * @param owner the number of the account that must own the server's files, or -1 if nothing need change hands
 */
record Account(List<String> prefix, int owner) {
    private static final int NOBODY = 65534;
    private static final Account OURSELVES = new Account(List.of(), -1);
    private static final Account NAMESPACE = new Account(List.of("unshare", "-U"), -1);

    static Account forCluster(Path cluster) throws IOException {
        if (!PostgresPrograms.isPosix(cluster) || userOf(Path.of("/proc/self")) != 0) {
            return OURSELVES;
        }
        // A cluster stays with the account that made it, even if namespaces were allowed or forbidden since.
        int clusterOwner = Files.exists(cluster) ? userOf(cluster) : 0;
        if (clusterOwner != 0) {
            return lesser(clusterOwner);
        }
        if (namespacesWork()) {
            return NAMESPACE;
        }
        if (Files.exists(cluster)) {
            throw new DatabaseStartException(
                    "%s belongs to root, for whom PostgreSQL does not run, and this system forbids user namespaces. Run as another account that owns it."
                            .formatted(cluster));
        }
        return lesser(NOBODY);
    }

    private static Account lesser(int user) {
        return new Account(
                List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--inh-caps=-all"), user);
    }

    /** Gives a new file or folder to the account. */
    void own(Path path) throws IOException {
        if (owner >= 0) {
            Files.setAttribute(path, "unix:uid", owner);
        }
    }

    private static int userOf(Path path) throws IOException {
        if (!Files.exists(path)) {
            return -1; // no /proc: not a Linux, where the question does not arise
        }
        return (Integer) Files.getAttribute(path, "unix:uid");
    }

    private static boolean namespacesWork() {
        try {
            Process process = new ProcessBuilder("unshare", "-U", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notInstalled) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
