/*
 * Preloaded into a process, records what it does to the files of one folder: what is written, and what is made durable.
 *
 * POWER_FOLDER  the folder, an absolute path
 * POWER_LOG     where the record goes, outside of the folder
 *
 * A record is 5 numbers of 64 bits (kind, file, offset, thread, length) and `length` bytes. Kinds:
 *   'O'  the file was opened under the name that follows; offset is 1 if that made it
 *   'W'  the bytes were written at the offset
 *   'T'  the file was cut to the offset
 *   'U'  the name that follows was removed
 *   's'  making it durable has begun, 'S' has ended: what was written before 's' survives from 'S' on
 * Files are numbered; the folder is number 0. The record is complete when the call returns, in the order of the calls.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 65536
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* By descriptor: the number of the file plus one; 0 for a file of no interest. */
static int numbers[FILES];
static int next_number = 1;
static int record_fd = -1;

static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    long done = syscall(SYS_write, record_fd, at, length);
    if (done <= 0) _exit(99);
    at += done;
    length -= (size_t)done;
  }
}

static void note(int kind, int number, uint64_t offset, const void *bytes, size_t length) {
  uint64_t head[5] = {(uint64_t)kind, (uint64_t)number, offset, (uint64_t)syscall(SYS_gettid), length};
  pthread_mutex_lock(&lock);
  if (record_fd < 0) record_fd = (int)syscall(SYS_openat, AT_FDCWD, getenv("POWER_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (record_fd < 0) _exit(98);
  put(head, sizeof head);
  put(bytes, length);
  pthread_mutex_unlock(&lock);
}

static int number_of(int fd) { return fd >= 0 && fd < FILES ? numbers[fd] - 1 : -1; }

/* The name inside of the folder, "" for the folder itself, NULL for anything else. */
static const char *inside(const char *path) {
  const char *folder = getenv("POWER_FOLDER");
  size_t length = folder ? strlen(folder) : 0;
  if (length == 0 || strncmp(path, folder, length) != 0) return NULL;
  if (path[length] == 0) return "";
  return path[length] == '/' ? path + length + 1 : NULL;
}

static int opened(int fd, const char *path, int is_new) {
  const char *name = inside(path);
  if (fd < 0 || fd >= FILES) return fd;
  numbers[fd] = 0;
  if (name == NULL) return fd;
  int number = 0;
  if (name[0] != 0) {
    pthread_mutex_lock(&lock);
    number = next_number++;
    pthread_mutex_unlock(&lock);
    note('O', number, (uint64_t)is_new, name, strlen(name));
  }
  numbers[fd] = number + 1;
  return fd;
}

static int is_new_file(const char *path, int flags) {
  struct stat found;
  int before = errno;
  int is_new = (flags & O_CREAT) && stat(path, &found) != 0;
  errno = before;
  return is_new;
}

#define MODE(flags)                  \
  mode_t mode = 0;                   \
  if ((flags) & O_CREAT) {           \
    va_list rest;                    \
    va_start(rest, flags);           \
    mode = va_arg(rest, mode_t);     \
    va_end(rest);                    \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  int is_new = is_new_file(path, flags);
  return opened(REAL(open)(path, flags, mode), path, is_new);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  int is_new = is_new_file(path, flags);
  return opened(REAL(open64)(path, flags, mode), path, is_new);
}

int close(int fd) {
  if (fd >= 0 && fd < FILES) numbers[fd] = 0;
  return REAL(close)(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  int number = number_of(fd);
  ssize_t done = REAL(pwrite)(fd, bytes, length, offset);
  if (number > 0 && done > 0) note('W', number, (uint64_t)offset, bytes, (size_t)done);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  int number = number_of(fd);
  ssize_t done = REAL(pwrite64)(fd, bytes, length, offset);
  if (number > 0 && done > 0) note('W', number, (uint64_t)offset, bytes, (size_t)done);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  int number = number_of(fd);
  ssize_t done = REAL(write)(fd, bytes, length);
  if (number > 0 && done > 0) note('W', number, (uint64_t)lseek64(fd, 0, SEEK_CUR) - (uint64_t)done, bytes, (size_t)done);
  return done;
}

int ftruncate(int fd, off_t length) {
  int number = number_of(fd);
  int result = REAL(ftruncate)(fd, length);
  if (number > 0 && result == 0) note('T', number, (uint64_t)length, "", 0);
  return result;
}

int ftruncate64(int fd, off64_t length) {
  int number = number_of(fd);
  int result = REAL(ftruncate64)(fd, length);
  if (number > 0 && result == 0) note('T', number, (uint64_t)length, "", 0);
  return result;
}

int fsync(int fd) {
  int number = number_of(fd);
  if (number >= 0) note('s', number, 0, "", 0);
  int result = REAL(fsync)(fd);
  if (number >= 0 && result == 0) note('S', number, 0, "", 0);
  return result;
}

int fdatasync(int fd) {
  int number = number_of(fd);
  if (number >= 0) note('s', number, 0, "", 0);
  int result = REAL(fdatasync)(fd);
  if (number >= 0 && result == 0) note('S', number, 0, "", 0);
  return result;
}

int unlink(const char *path) {
  int result = REAL(unlink)(path);
  const char *name = inside(path);
  if (name != NULL && result == 0) note('U', 0, 0, name, strlen(name));
  return result;
}
