/* A program that tells what it was started with, and can be made to wait or die. Linked statically: it runs in an empty chroot. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void list(char **strings)
{
    for (; *strings; strings++)
        fwrite(*strings, 1, strlen(*strings) + 1, stdout);
}

/* Open descriptors, without /proc: whatever fcntl knows. */
static void descriptors(void)
{
    for (int number = 0; number < 256; number++)
        if (fcntl(number, F_GETFD) >= 0)
            printf("%d\n", number);
}

static int cat(const char *path)
{
    char buffer[4096];
    size_t count;
    FILE *file = fopen(path, "r");
    if (!file)
        return perror(path), 9;
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0)
        fwrite(buffer, 1, count, stdout);
    return 0;
}

static int write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return perror(path), 9;
    fputs(text, file);
    return fclose(file) ? 9 : 0;
}

int main(int argc, char **argv)
{
    char buffer[4096];
    const char *what = argc > 1 ? argv[1] : "hello";
    if (!strcmp(what, "hello"))
        puts("hello");
    else if (!strcmp(what, "args"))
        list(argv);
    else if (!strcmp(what, "env"))
        list(environ);
    else if (!strcmp(what, "cwd"))
        puts(getcwd(buffer, sizeof buffer) ? buffer : "none");
    else if (!strcmp(what, "descriptors"))
        descriptors();
    else if (!strcmp(what, "pid"))
        printf("%d\n", getpid());
    else if (!strcmp(what, "umask"))
        printf("%04o\n", umask(0));
    else if (!strcmp(what, "exit"))
        return atoi(argv[2]);
    else if (!strcmp(what, "signal"))
        raise(atoi(argv[2]));
    else if (!strcmp(what, "cat"))
        return cat(argv[2]);
    else if (!strcmp(what, "write"))
        return write_file(argv[2], argv[3]);
    else if (!strcmp(what, "wait")) {
        puts("ready");
        fflush(stdout);
        while (read(0, buffer, sizeof buffer) > 0)
            ;
    } else
        return 64;
    return fflush(stdout) ? 8 : 0;
}
