/* SPDX-License-Identifier: Apache-2.0
 *
 * store: looks after a store, which no engine is open on meanwhile.
 *
 *    check.c      can what it holds be trusted, and what is it?
 *    logs.c       its two logs
 *    file.c       one of their files, as it is on the disk
 *    scan.c       what is left in a damaged one; search.c reads it byte by byte
 *    trail.c      who changed what, when, and what it did; of a damaged store, what is left of that
 *
 * ../common/event_text.c writes events as lines that replay reads. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char program_name[] = "store";

static const char usage[] =
    "usage: store check DIRECTORY\n"
    "       store trail DIRECTORY\n"
    "       store salvage DIRECTORY\n"
    "\n"
    "check    reads all of it, as it is read when it is opened, and changes nothing; prints how\n"
    "         far it goes, what it holds, and the hashes of that, as one JSON object\n"
    "trail    the changes since the last checkpoint that did not keep the journal, one JSON\n"
    "         object a line: the event, in the form that replay reads, with the position that it\n"
    "         has in the journal, the time that it was, and what it did. All of them from the\n"
    "         beginning, fed to replay, bring about the same state\n"
    "salvage  the same of what is left of a damaged store; standard error says what is not\n"
    "\n"
    "Exit code: 0 all is whole; 1 it is damaged (trail ends there; salvage goes on behind it);\n"
    "2 there is no store, it is in use, or it cannot be read.\n";

static const struct command {
    const char *name;
    int (*run)(const char *directory);
} commands[] = {{"check", check_store}, {"trail", print_trail}, {"salvage", salvage_store}};

/* A store is made where there is none, and this tool makes nothing. */
static void expect_store(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        fail("%s: %s", path, strerror(errno));
    bool is_empty = true;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        is_empty = is_empty && entry->d_name[0] == '.';
    closedir(directory);
    if (is_empty)
        fail("%s: there is no store, the directory is empty", path);
}

int main(int count, char **arguments)
{
    if (count == 2 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)) {
        fputs(usage, stdout);
        return EXIT_WHOLE;
    }
    for (size_t i = 0; count == 3 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(arguments[1], commands[i].name) == 0) {
            expect_store(arguments[2]);
            return commands[i].run(arguments[2]);
        }
    }
    fputs(usage, stderr);
    return EXIT_UNREADABLE;
}
