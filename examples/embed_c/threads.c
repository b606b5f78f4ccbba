/* One extractor, a thread for each question:  threads MODEL PASSAGE QUESTION... */
#include <pthread.h>
#include <stdio.h>

#include "tiqu/tiqu.h"

enum { MOST_QUESTIONS = 16 };

struct job {
  tiqu_extractor* extractor; /* shared; this job holds a reference of its own */
  const char* question;
  const char* passage;
  tiqu_reply* reply;
  tiqu_error* error;
};

static void* run(void* argument) {
  struct job* job = argument;
  tiqu_extractor_ask(job->extractor, job->question, TIQU_TEXT_ENDS_WITH_NUL, job->passage, TIQU_TEXT_ENDS_WITH_NUL,
                     &job->reply, &job->error);
  tiqu_extractor_release(job->extractor);
  return NULL;
}

static void print(struct job* job) {
  size_t count = 0;
  const tiqu_answer* answers = tiqu_reply_answers(job->reply, 0, &count);
  printf("%s:", job->question);
  if (job->error != NULL) printf(" error: %s", tiqu_error_message(job->error));
  for (size_t i = 0; i < count; ++i) printf(" %s", answers[i].text);
  printf("\n");
  tiqu_reply_free(job->reply);
  tiqu_error_free(job->error);
}

int main(int argc, char** argv) {
  struct job jobs[MOST_QUESTIONS];
  pthread_t threads[MOST_QUESTIONS];
  tiqu_extractor* extractor = NULL;
  tiqu_error* error = NULL;
  const int count = argc - 3;
  if (count < 1 || count > MOST_QUESTIONS) {
    fprintf(stderr, "usage: threads MODEL PASSAGE QUESTION...  (at most %d)\n", MOST_QUESTIONS);
    return 2;
  }
  if (tiqu_extractor_load(argv[1], NULL, &extractor, &error) != TIQU_OK) {
    fprintf(stderr, "threads: %s\n", tiqu_error_message(error));
    tiqu_error_free(error);
    return 1;
  }
  for (int i = 0; i < count; ++i) {
    struct job job = {extractor, argv[3 + i], argv[2], NULL, NULL};
    tiqu_extractor_retain(extractor);
    jobs[i] = job;
    if (pthread_create(&threads[i], NULL, run, &jobs[i]) != 0) {
      fprintf(stderr, "threads: cannot start a thread\n");
      return 1;
    }
  }
  tiqu_extractor_release(extractor); /* the jobs hold it */
  for (int i = 0; i < count; ++i) {
    pthread_join(threads[i], NULL);
    print(&jobs[i]);
  }
  return 0;
}
