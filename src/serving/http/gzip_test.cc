#include "serving/http/gzip.h"

#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMost = size_t{1} << 20;

TEST(GzipTest, ThereAndBack) {
  for (const size_t size : {0U, 1U, 1000U, 300000U}) {
    std::string text(size, 'x');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
    EXPECT_EQ(Gunzip(Gzip(text), kMost), text) << size;
  }
}

TEST(GzipTest, MembersFollowEachOther) { EXPECT_EQ(Gunzip(Gzip("ab") + Gzip("c"), kMost), "abc"); }

TEST(GzipTest, DamagedBytesAreNothing) {
  const std::string whole = Gzip("some text, some text");
  EXPECT_EQ(Gunzip("", kMost), std::nullopt);
  EXPECT_EQ(Gunzip("plain text", kMost), std::nullopt);
  EXPECT_EQ(Gunzip(whole.substr(0, whole.size() - 1), kMost), std::nullopt);
  EXPECT_EQ(Gunzip(whole + "x", kMost), std::nullopt);
  std::string flipped = whole;
  flipped[flipped.size() - 6] ^= 1;  // in the check sum
  EXPECT_EQ(Gunzip(flipped, kMost), std::nullopt);
}

TEST(GzipTest, ABombIsNothing) {
  const std::string bomb = Gzip(std::string(kMost + 1, '\0'));
  EXPECT_LT(bomb.size(), 10000U);
  EXPECT_EQ(Gunzip(bomb, kMost), std::nullopt);
  EXPECT_EQ(Gunzip(Gzip(std::string(kMost, '\0')), kMost).value().size(), kMost);
}

TEST(GzipTest, WhoAcceptsIt) {
  for (const char* header : {"gzip", "deflate, gzip", "br;q=1.0, GZIP;q=0.5", "*", "gzip; q=1"}) {
    EXPECT_TRUE(AcceptsGzip(header)) << header;
  }
  for (const char* header : {"", "identity", "deflate", "gzip;q=0", "gzip; q=0.000", "x-gzipped"}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

}  // namespace
}  // namespace tiqu::serving
