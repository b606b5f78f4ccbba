#include "serving/rest/request_path.h"

#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

// "model|version|label|verb or metadata", or "-" when nothing matches.
std::string Text(const std::optional<ModelPath>& path) {
  if (!path) return "-";
  return path->model + "|" + path->version + "|" + path->label.value_or("") + "|" + path->verb +
         (path->metadata ? "metadata" : "");
}

TEST(RequestPathTest, Posts) {
  const struct {
    const char* target;
    const char* path;
  } cases[] = {
      {"/v1/models/m:predict", "m|||predict"},
      {"/v1/models/m/versions/50:regress", "m|50||regress"},
      {"/v1/models/m/versions/00000123:predict", "m|00000123||predict"},
      {"/v1/models/m/labels/stable:classify", "m||stable|classify"},
      {"/V1/MODELS/m/Versions/1:predict", "m|1||predict"},
      {"/v1/models/m:PREDICT", "m|||PREDICT"},
      {"/v1/models/m:extract", "m|||extract"},
      {"/v1/models/h%32:predict", "h2|||predict"},
      {"/v1/models/foo%2Fbar:predict", "foo/bar|||predict"},
      {"/v1/models/a%3ab%20c:predict", "a:b c|||predict"},
      {"/v1/models/m/labels/a%2Fb:predict", "m||a/b|predict"},
      {"/v1/models/100%:predict", "100%|||predict"},
      {"/v1/models/m?x=1:predict", "m?x=1|||predict"},
      {"/v1/models/m:predict?x=1", "-"},
      {"/v1/models/m:predict#x", "-"},
      {"/v1/models/m:predict/", "-"},
      {"/v1/models/m:predicts", "-"},
      {"/v1/models/m", "-"},
      {"/v1/models/:predict", "-"},
      {"/v1/models//versions/1:predict", "-"},
      {"/v1/models/m/versions/:predict", "-"},
      {"/v1/models/m/versions/HELLO:regress", "-"},
      {"/v1/models/m/versions/-1:regress", "-"},
      {"/v1/models/m/versions/1a:regress", "-"},
      {"/v1/models/m/version/50:regress", "-"},
      {"/v1/models/m/label/x:regress", "-"},
      {"/v1/models/m/labels/:regress", "-"},
      {"/v1/models/m/versions/1/labels/x:regress", "-"},
      {"/v1/models/m:test", "-"},
      {"/v1/models/a/b:predict", "-"},
      {"/v1/models/a:b:predict", "-"},
      {"/v2/models/m:predict", "-"},
      {"", "-"},
  };
  for (const auto& c : cases) EXPECT_EQ(Text(MatchPost(c.target)), c.path) << c.target;
}

TEST(RequestPathTest, Gets) {
  const struct {
    const char* target;
    const char* path;
  } cases[] = {
      {"/v1/models", "|||"},
      {"/v1/models/m", "m|||"},
      {"/v1/models/m/versions/5", "m|5||"},
      {"/v1/models/m/labels/x", "m||x|"},
      {"/v1/models/m/metadata", "m|||metadata"},
      {"/v1/models/m/versions/5/metadata", "m|5||metadata"},
      {"/v1/models/m/labels/x/metadata", "m||x|metadata"},
      {"/v1/models/metadata", "metadata|||"},
      {"/v1/models/metadata/metadata", "metadata|||metadata"},
      {"/v1/models/versions/5", "|5||"},
      {"/v1/models/labels/metadata", "labels|||metadata"},
      {"/v1/models/m/labels/metadata", "m||metadata|"},
      {"/V1/Models/h2/Versions/124/METADATA", "h2|124||metadata"},
      {"/v1/models/m?x=1", "m?x=1|||"},
      {"/v1/models/", "-"},
      {"/v1/models//", "-"},
      {"/v1/models/m/", "-"},
      {"/v1/models/m/metadata/", "-"},
      {"/v1/models/m/versions/", "-"},
      {"/v1/models/m/versions/x", "-"},
      {"/v1/models/debug/model_name", "-"},
      {"/v1/models/foo:predict", "-"},
      {"/v1/modelsm", "-"},
      {"/v1/foo", "-"},
      {"/v1/", "-"},
  };
  for (const auto& c : cases) EXPECT_EQ(Text(MatchGet(c.target)), c.path) << c.target;
}

TEST(RequestPathTest, OnlyV1IsTheRestInterface) {
  EXPECT_TRUE(IsRestPath("/v1/"));
  EXPECT_TRUE(IsRestPath("/V1/x"));
  EXPECT_FALSE(IsRestPath("/v1"));
  EXPECT_FALSE(IsRestPath("/"));
  EXPECT_FALSE(IsRestPath("/v2/x"));
  EXPECT_FALSE(IsRestPath("*"));
}

TEST(RequestPathTest, Targets) {
  EXPECT_EQ(WithoutAuthority("http://host:1/v1/models/m"), "/v1/models/m");
  EXPECT_EQ(WithoutAuthority("HTTPS://host"), "/");
  EXPECT_EQ(WithoutAuthority("/v1/x"), "/v1/x");
  EXPECT_EQ(PathOnly("/a?b#c"), "/a");
  EXPECT_EQ(PathOnly("/a#c?d"), "/a");
  EXPECT_EQ(PercentDecode("%"), "%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%zz%41%e4%bd%A0"), "%zzA你");
}

}  // namespace
}  // namespace tiqu::serving
