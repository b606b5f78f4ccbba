/* Answers one question on one passage:  ask MODEL QUESTION PASSAGE */
#include <stdio.h>

#include "tiqu/tiqu.h"

static int fail(tiqu_error* error) {
  fprintf(stderr, "ask: %s\n", tiqu_error_message(error));
  tiqu_error_free(error);
  return 1;
}

int main(int argc, char** argv) {
  tiqu_extractor* extractor = NULL;
  tiqu_reply* reply = NULL;
  tiqu_error* error = NULL;
  if (argc != 4) {
    fprintf(stderr, "usage: ask MODEL QUESTION PASSAGE\n");
    return 2;
  }
  if (tiqu_extractor_load(argv[1], NULL, &extractor, &error) != TIQU_OK) return fail(error);
  tiqu_status status =
      tiqu_extractor_ask(extractor, argv[2], TIQU_TEXT_ENDS_WITH_NUL, argv[3], TIQU_TEXT_ENDS_WITH_NUL, &reply, &error);
  tiqu_extractor_release(extractor);
  if (status != TIQU_OK) return fail(error);

  size_t count = 0;
  const tiqu_answer* answers = tiqu_reply_answers(reply, 0, &count);
  for (size_t i = 0; i < count; ++i) {
    printf("%d %d %s\n", (int)answers[i].begin, (int)answers[i].end, answers[i].text);
  }
  tiqu_reply_free(reply);
  return 0;
}
