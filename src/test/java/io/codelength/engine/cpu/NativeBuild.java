package io.codelength.engine.cpu;

/** Whether the build that is being tested has native kernels; where there is no C++ compiler it has none. */
public final class NativeBuild {
    private NativeBuild() {}

    public static boolean isHere() {
        return NativeBuild.class.getResource(LibraryFile.platform() + "/libcodelength_kernels.so") != null;
    }
}
